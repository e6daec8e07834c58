/** A TCP proxy that counts every byte: it cuts and flips exactly where a fault says. */
import { connect, createServer, type Socket } from 'node:net';
import { unixMs } from '../common/unix-ms.js';
import { CANNED, type Fault } from './faults.js';
import { AnswerWalk } from './walk.js';

/** One request and its answer on the wire. Times in Unix ms. */
export interface Exchanged {
  readonly isPost: boolean;
  readonly fault: Fault | undefined;
  readonly at: number;
  /** Whether the fault was met: an answer of three frames cannot be cut in its fourth. */
  wasMet: boolean;
}

/** @returns the fault of the next exchange */
export type PickFault = (isPost: boolean) => Fault | undefined;

export interface Proxy {
  readonly url: string;
  readonly exchanges: Exchanged[];
}

/** It lives as long as its process. @param target port of the router */
export async function startProxy(target: number, pick: PickFault): Promise<Proxy> {
  const exchanges: Exchanged[] = [];
  const server = createServer((client) => {
    new Line(client, target, (isPost) => {
      const exchanged = { isPost, fault: pick(isPost), at: unixMs(), wasMet: false };
      exchanges.push(exchanged);
      return exchanged;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { url: `http://127.0.0.1:${String(port)}`, exchanges };
}

/** One connection from a client, and one onwards to the router. */
class Line {
  readonly #client: Socket;
  readonly #router: Socket;
  readonly #begin: (isPost: boolean) => Exchanged;
  #current: Exchanged | undefined;
  #walk = new AnswerWalk();
  /** Head of the request until it is whole; then bytes of its body that have passed. */
  #head = '';
  #bodyBytes = -1;

  constructor(client: Socket, target: number, begin: (isPost: boolean) => Exchanged) {
    this.#client = client;
    this.#router = connect(target, '127.0.0.1');
    this.#begin = begin;
    client.on('data', (bytes: Buffer) => this.#fromClient(bytes));
    this.#router.on('data', (bytes: Buffer) => this.#fromRouter(bytes));
    for (const [one, other] of [
      [client, this.#router],
      [this.#router, client],
    ] as const) {
      one.setNoDelay(true);
      one.on('error', () => undefined).on('close', () => other.destroy());
    }
  }

  #fromClient(bytes: Buffer): void {
    this.#current ??= this.#begin(bytes.toString('latin1', 0, 4) === 'POST');
    const { fault } = this.#current;
    if (fault?.kind === 'never') this.#current.wasMet = true;
    else if (fault?.kind === 'canned') this.#answer(fault.name, this.#current);
    else if (fault?.kind === 'cut the request' || fault?.kind === 'flip in the request') {
      this.#meddle(bytes, fault, this.#current);
    } else this.#router.write(bytes);
  }

  /** The request is not passed on: whatever the answer says, it was not run. */
  #answer(name: string, current: Exchanged): void {
    if (current.wasMet) return;
    current.wasMet = true;
    this.#client.end(Buffer.from(CANNED[name] ?? '', 'latin1'));
  }

  #meddle(
    bytes: Buffer,
    { kind, at }: Extract<Fault, { kind: 'cut the request' | 'flip in the request' }>,
    current: Exchanged,
  ): void {
    for (const [i, byte] of bytes.entries()) {
      const isThere = this.#bodyBytes === at;
      if (isThere) current.wasMet = true;
      if (isThere && kind === 'cut the request') {
        this.#router.end(bytes.subarray(0, i), () => this.#client.destroy());
        return;
      }
      if (isThere) bytes[i] = byte ^ 1;
      if (this.#bodyBytes >= 0) this.#bodyBytes += 1;
      else this.#passHead(byte);
    }
    this.#router.write(bytes);
  }

  #passHead(byte: number): void {
    this.#head += String.fromCharCode(byte);
    if (this.#head.endsWith('\r\n\r\n')) this.#bodyBytes = 0;
  }

  #fromRouter(bytes: Buffer): void {
    const current = this.#current;
    if (current === undefined) return;
    for (const [i, byte] of bytes.entries()) {
      if (this.#isAt(current.fault)) {
        current.wasMet = true;
        if (current.fault?.kind === 'flip') bytes[i] = byte ^ 1;
        else {
          this.#cut(bytes.subarray(0, i), current.fault);
          return;
        }
      }
      this.#walk.pass(byte);
    }
    this.#give(bytes, current);
    if (this.#walk.state === 'over') this.#next();
  }

  /** Whether a fault is at the next byte. */
  #isAt(fault: Fault | undefined): boolean {
    const { body, state, isInBody } = this.#walk;
    if (fault?.kind === 'cut' || fault?.kind === 'flip') {
      return isInBody && body.frame === fault.frame && body.at === fault.at;
    }
    if (fault?.kind === 'cut behind END') return body.isEnded && state === 'chunk size';
    return fault?.kind === 'cut in the HTTP head';
  }

  #cut(before: Buffer, fault: Fault | undefined): void {
    this.#router.destroy();
    if (fault?.kind === 'cut' && fault.isReset) {
      this.#client.write(before, () => this.#client.resetAndDestroy());
    } else this.#client.end(before, () => this.#client.destroy());
  }

  #give(bytes: Buffer, current: Exchanged): void {
    if (current.fault?.kind !== 'in pieces') {
      this.#client.write(bytes);
      return;
    }
    current.wasMet = true;
    for (let at = 0; at < bytes.byteLength; at += 97) this.#client.write(bytes.subarray(at, at + 97));
  }

  /** The same connection may carry another exchange. */
  #next(): void {
    this.#current = undefined;
    this.#walk = new AnswerWalk();
    this.#head = '';
    this.#bodyBytes = -1;
  }
}
