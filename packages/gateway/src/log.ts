/** One line of JSON per finished call: names, sizes and times, from a closed list of members. */
import { pino, type DestinationStream } from 'pino';
import type { Call } from './calls/book.js';

/** Logs a call. */
export type GatewayLog = (call: Call) => void;

/** @param destination where lines go: `process.stderr` */
export function createLog(destination: DestinationStream): GatewayLog {
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return ({
    id,
    dialect,
    model,
    tier,
    stream,
    status,
    code,
    outcome,
    requestBytes,
    responseBytes,
    durationMs,
  }) => {
    const entry = {
      id,
      dialect,
      model,
      tier,
      stream,
      status,
      code,
      outcome,
      requestBytes,
      responseBytes,
      durationMs,
    };
    if (outcome === 'ok' || outcome === 'cancelled') log.info(entry, 'call');
    else log.warn(entry, 'call');
  };
}
