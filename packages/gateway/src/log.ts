/** One line of JSON per finished call: names, sizes and times, from a closed list of members. */
import { pino, type DestinationStream } from 'pino';
import type { Call } from './calls/book.js';

/** All that is logged of a call. */
const MEMBERS = [
  'id',
  'dialect',
  'model',
  'tier',
  'stream',
  'status',
  'code',
  'outcome',
  'requestBytes',
  'responseBytes',
  'durationMs',
] as const satisfies readonly (keyof Call)[];

/** Logs a call. */
export type GatewayLog = (call: Call) => void;

/** @param destination where lines go: `process.stderr` */
export function createLog(destination: DestinationStream): GatewayLog {
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return (call) => {
    const entry = Object.fromEntries(MEMBERS.map((name) => [name, call[name]]));
    if (call.outcome === 'ok' || call.outcome === 'cancelled') log.info(entry, 'call');
    else log.warn(entry, 'call');
  };
}
