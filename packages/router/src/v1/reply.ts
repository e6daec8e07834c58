/** The answer to the client, before any of it is written. */
import type { ServerResponse } from 'node:http';

/** One whole HTTP answer. */
export interface Reply {
  readonly status: number;
  /** Lower-case names. `content-length` is set from the body unless it is here. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The error member of protocol §5: a text, or what a validation failure gives. */
export type Detail = string | readonly Readonly<Record<string, unknown>>[];

/** Thrown wherever a request is found wanting, and turned into its reply in one place. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  readonly reply: Reply;

  constructor(status: number, detail: Detail, headers: Reply['headers'] = {}) {
    super(`refused with ${String(status)}`);
    this.reply = detailReply(status, detail, headers);
  }
}

/** An error as the router gives it: `{"detail": …}`, not encrypted. It never quotes anything of a payload. */
export function detailReply(status: number, detail: Detail, headers: Reply['headers'] = {}): Reply {
  return textReply(status, 'application/json', JSON.stringify({ detail }), headers);
}

/** A reply with a text as its body. */
export function textReply(status: number, type: string, text: string, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { 'content-type': type, ...headers }, body: new TextEncoder().encode(text) };
}

/** Writes a reply to its end. */
export function sendReply(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { 'content-length': body.byteLength, ...headers });
  response.end(body);
}
