/** Server-sent events (WHATWG HTML §9.2), as bytes. Pure. */
import type { Bytes } from '@nomyo/base';

/** One event. `data` is JSON without line ends, or a word such as `[DONE]`. */
export interface ServerSentEvent {
  readonly event?: string;
  readonly data: string;
}

const encoder = new TextEncoder();

/** Encodes an event. Its `data` must not contain line feeds. */
export function encodeEvent({ event, data }: ServerSentEvent): Bytes {
  return encoder.encode(`${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`);
}
