/** One JSON line for each event: ids, codes and sizes. There is no field that a prompt, a path or a key could stand in. */

/** What a line may hold. */
export interface LogFields {
  /** 32 hexadecimal digits, once the request is open. */
  readonly request?: string;
  /** `ok`, or a code of SPEC §10 or of the router. */
  readonly code?: string;
  /** Bytes of the request body as it came. */
  readonly in?: number;
  /** Bytes of the sealed answer. */
  readonly out?: number;
  readonly ms?: number;
  readonly tier?: string;
  /** Of an event that is no request. */
  readonly message?: string;
}

export type LogEvent = 'request' | 'started' | 'draining' | 'stopped' | 'trouble';

export interface Log {
  write(event: LogEvent, fields: LogFields): void;
}

/** @param print takes one line without its end */
export function createLog(print: (line: string) => void, now: () => Date = () => new Date()): Log {
  return {
    write(event, fields) {
      print(JSON.stringify({ time: now().toISOString(), event, ...fields }));
    },
  };
}
