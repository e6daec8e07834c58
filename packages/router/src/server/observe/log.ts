/** One JSON line for each event: ids, codes and sizes. No field can hold a prompt, a path or a key. */

/** The fields of a line. */
export interface LogFields {
  /** 32 hexadecimal digits, once the request is open. */
  readonly request?: string;
  /** `ok`, or a code of SPEC §10 or of the router. */
  readonly code?: string;
  /** Bytes of the request body as received. */
  readonly in?: number;
  /** Bytes of the sealed answer. */
  readonly out?: number;
  readonly ms?: number;
  readonly tier?: string;
  /** For events that are not requests. */
  readonly message?: string;
}

/** The subject of a line. */
export type LogEvent = 'request' | 'started' | 'draining' | 'stopped' | 'trouble';

/** Writes lines. */
export interface Log {
  write(event: LogEvent, fields: LogFields): void;
}

/** @param print takes one line, without a newline */
export function createLog(print: (line: string) => void, now: () => Date = () => new Date()): Log {
  return {
    write(event, fields) {
      print(JSON.stringify({ time: now().toISOString(), event, ...fields }));
    },
  };
}
