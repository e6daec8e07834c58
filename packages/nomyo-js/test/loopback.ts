/** A protocol that answers from memory, in the place of version 1. */
import { SecureByteContext } from '@nomyo/crypto';
import { SecureChatCompletion } from '../src/index.js';
import type { Answer, Channel, Exchange, PreparedCall, Protocol } from '../src/protocol.js';
import { later } from './support.js';

const ANSWER: object = { id: 'c', object: 'chat.completion', model: 'm', choices: [{ index: 0 }] };

/** Its requests, and its answer. */
export class Loopback implements Channel {
  /** Of a whole answer. */
  answer: object = ANSWER;
  /** Pieces of a streamed answer, when one is asked for. */
  pieces: readonly string[] = [];
  readonly calls: PreparedCall[] = [];
  readonly ended: string[] = [];
  readonly bodies: string[] = [];
  failures: Error[] = [];

  ready(): Promise<void> {
    return Promise.resolve();
  }

  begin(call: PreparedCall): Promise<Exchange> {
    this.calls.push(call);
    return Promise.resolve({
      attempt: () => this.#attempt(call),
      mayRetry: () => true,
      end: () => void this.ended.push(call.payloadId),
    });
  }

  dispose(): void {
    this.ended.push('channel');
  }

  async *#stream(): AsyncGenerator<Uint8Array, undefined> {
    for (const piece of this.pieces) yield await Promise.resolve(new TextEncoder().encode(piece));
    return undefined;
  }

  #attempt(call: PreparedCall): Promise<Answer> {
    this.bodies.push(call.body?.borrow((bytes) => new TextDecoder().decode(bytes)) ?? '');
    call.record.sent(new Uint8Array(7), { server: 'key 1' });
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    call.record.received(new Uint8Array(9));
    const facts = { appliedTier: call.securityTier, metadata: { protocol: 'test/1' } };
    if (call.stream && this.pieces.length > 0) {
      return Promise.resolve({ kind: 'stream', facts, pieces: this.#stream() });
    }
    const plaintext = new SecureByteContext(
      new TextEncoder().encode(JSON.stringify(this.answer)),
      call.memory.options,
    );
    return Promise.resolve({ kind: 'whole', plaintext, facts });
  }
}

/** A protocol whose one channel this is. */
export function protocolOver(channel: Channel, protocol: Partial<Protocol> = {}): Protocol {
  return {
    name: 'test/1',
    roots: [],
    pinsServerKey: true,
    hasKeyPair: false,
    streams: false,
    excludes: [],
    connect: () => channel,
    ...protocol,
  };
}

export function clientOver(
  channel: Loopback,
  config: object = {},
  protocol: Partial<Protocol> = {},
): SecureChatCompletion {
  const full = protocolOver(channel, { excludes: ['keySize'], ...protocol });
  const made = new SecureChatCompletion({ apiKey: 'key-of-a-test', protocol: full, ...config });
  later(() => made.dispose());
  return made;
}
