/** Another protocol in the place of version 1: everything above the seam goes on as before. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { SecureByteContext } from '@nomyo/crypto';
import { APIConnectionError, SecureChatCompletion } from '../src/index.js';
import type { Answer, Channel, Exchange, PreparedCall, Protocol } from '../src/protocol.js';
import { cleanUp, later, rejection, REQUEST } from './support.js';

afterEach(cleanUp);

const ANSWER = { id: 'c', object: 'chat.completion', model: 'm', choices: [{ index: 0 }] };

/** Answers from memory. */
class Loopback implements Channel {
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

  #attempt(call: PreparedCall): Promise<Answer> {
    this.bodies.push(call.body?.borrow((bytes) => new TextDecoder().decode(bytes)) ?? '');
    call.record.sent(new Uint8Array(7), { server: 'key 1' });
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    call.record.received(new Uint8Array(9));
    const plaintext = new SecureByteContext(
      new TextEncoder().encode(JSON.stringify(ANSWER)),
      call.memory.options,
    );
    const facts = { appliedTier: call.securityTier, metadata: { protocol: 'test/1' } };
    return Promise.resolve({ kind: 'whole', plaintext, facts });
  }
}

function clientOver(
  channel: Loopback,
  config: object = {},
  protocol: Partial<Protocol> = {},
): SecureChatCompletion {
  const full = {
    name: 'test/1',
    pinsServerKey: true,
    hasKeyPair: false,
    streams: false,
    excludes: ['keySize'],
    connect: () => channel,
    ...protocol,
  } satisfies Protocol;
  const made = new SecureChatCompletion({ apiKey: 'key-of-a-test', protocol: full, ...config });
  later(() => made.dispose());
  return made;
}

describe('the option protocol', () => {
  it('carries calls that are checked, padded, counted and told as ever', async () => {
    const channel = new Loopback();
    const ends: unknown[] = [];
    const made = clientOver(channel, {
      padding: { block: 256 },
      policy: { requirePinnedServerKey: true, minimumSecurityTier: 'high' },
      audit: { begin: () => ({ end: (end: unknown) => void ends.push(end) }) },
    });
    const answer = await made.create({ ...REQUEST, security_tier: 'maximum' });
    expect(answer._metadata).toMatchObject({ protocol: 'test/1', is_encrypted: true });
    expect(channel.calls[0]).toMatchObject({
      path: '/v1/chat/completions',
      method: 'POST',
      securityTier: 'maximum',
      apiKey: 'key-of-a-test',
      stream: false,
      timeout: 600_000,
    });
    expect(channel.bodies[0]?.length).toBe(256);
    expect(channel.ended).toEqual([answer._metadata.payload_id]);
    expect(ends).toMatchObject([
      { requestBytes: 7, responseBytes: 9, keys: { server: 'key 1' }, appliedTier: 'maximum' },
    ]);
    expect(await rejection(made.create(REQUEST))).toMatchObject({ code: 'POLICY_VIOLATION' });
    made.dispose();
    expect(channel.ended.at(-1)).toBe('channel');
  });

  it('says itself what may be sent again, but never more often than maxRetries', async () => {
    const channel = new Loopback();
    const broken = new APIConnectionError('cut', { possiblyExecuted: true, retryable: false });
    channel.failures = [broken, broken];
    const made = clientOver(channel, { retry: 'safe', maxRetries: 1, maxRetryDelay: 1 });
    expect(await rejection(made.create(REQUEST))).toBe(broken);
    expect(channel.bodies).toHaveLength(2);
    expect(channel.ended).toHaveLength(1);
  });

  it('refuses options that have no effect beside it, and what is no protocol', () => {
    expect(() => clientOver(new Loopback(), { keySize: 2048 })).toThrow(
      expect.objectContaining({ argument: 'keySize' }),
    );
    expect(() => new SecureChatCompletion({ protocol: {} as Protocol })).toThrow(
      expect.objectContaining({ argument: 'protocol' }),
    );
  });
});
