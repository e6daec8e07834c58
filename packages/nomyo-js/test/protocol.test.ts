/** Another protocol in place of version 1: everything above the seam works as before. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { APIConnectionError, SecureChatCompletion, SecureCompletionClient } from '../src/index.js';
import type { Protocol } from '../src/protocol.js';
import { clientOver, Loopback, protocolOver } from './loopback.js';
import { cleanUp, later, rejection, REQUEST } from './support.js';

afterEach(cleanUp);

describe('the option protocol', () => {
  it('carries calls that are checked, padded, counted and reported as usual', async () => {
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

  it('decides itself what may be resent, but never more often than maxRetries', async () => {
    const channel = new Loopback();
    const broken = new APIConnectionError('cut', { possiblyExecuted: true, retryable: false });
    channel.failures = [broken, broken];
    const made = clientOver(channel, { retry: 'safe', maxRetries: 1, maxRetryDelay: 1 });
    expect(await rejection(made.create(REQUEST))).toBe(broken);
    expect(channel.bodies).toHaveLength(2);
    expect(channel.ended).toHaveLength(1);
  });

  it('refuses options that would have no effect, and anything but a protocol', () => {
    expect(() => clientOver(new Loopback(), { keySize: 2048 })).toThrow(
      expect.objectContaining({ argument: 'keySize' }),
    );
    expect(() => new SecureChatCompletion({ protocol: {} as Protocol })).toThrow(
      expect.objectContaining({ argument: 'protocol' }),
    );
  });
});

describe('a streamed answer', () => {
  const chunk = (content: string): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] })}\n\n`;

  it('is read event by event, however its bytes are split', async () => {
    const channel = new Loopback();
    const text = `: hello\r\n${chunk('Grüße ')}event: x\n${chunk('🙂')}data: [DONE]\n\n`;
    channel.pieces = text.match(/[^]{1,7}/g) ?? [];
    const stream = await clientOver(channel, {}, { streams: true }).create({ ...REQUEST, stream: true });
    expect(stream.synthetic).toBe(false);
    const seen: unknown[] = [];
    for await (const { choices } of stream) seen.push(choices[0]?.delta.content);
    expect(seen).toEqual(['Grüße ', '🙂']);
    expect(JSON.parse(channel.bodies[0] ?? '')).toMatchObject({ stream: true });
    expect(channel.ended).toHaveLength(1);
    expect(() => stream[Symbol.asyncIterator]()).toThrow('read once');
  });

  it('that reports a failure of the service rejects with its words', async () => {
    const channel = new Loopback();
    channel.pieces = [chunk('one'), 'data: {"error":{"message":"the model ran away"}}\n\n'];
    const stream = await clientOver(channel, {}, { streams: true }).create({ ...REQUEST, stream: true });
    const read = async (): Promise<void> => {
      for await (const { id } of stream) expect(id).toBe('c');
    };
    expect(await rejection(read())).toMatchObject({
      name: 'APIError',
      message: expect.stringContaining('the model ran away'),
    });
    expect(channel.ended).toHaveLength(1);
  });
});

describe('the lower level', () => {
  it('carries payloads with it, and refuses the steps of version 1', async () => {
    const channel = new Loopback();
    const protocol = protocolOver(channel);
    const made = new SecureCompletionClient({ protocol });
    later(() => made.dispose());
    await made.sendSecureRequest(
      { ...REQUEST, api_key: 'k-of-a-test', security_tier: 'high' },
      'openai-compat-abc123',
    );
    expect(channel.calls[0]).toMatchObject({
      payloadId: 'openai-compat-abc123',
      apiKey: 'k-of-a-test',
      securityTier: 'high',
    });
    expect(JSON.parse(channel.bodies[0] ?? '')).toEqual(REQUEST);
    for (const step of [
      made.encryptPayload(REQUEST),
      made.fetchServerPublicKey(),
      made.generateKeys(),
      made.decryptResponse(new Uint8Array(9), 'x'),
    ]) {
      expect(await rejection(step)).toMatchObject({ argument: 'protocol' });
    }
  });
});
