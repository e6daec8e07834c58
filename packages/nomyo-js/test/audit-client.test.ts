/** The option `audit` over a real router: every call, whichever way in and however it ends, is one line. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  openAuditLog,
  verifyAuditLog,
  type AuditLog,
  type AuditLogOptions,
} from '../src/audit/index.node.js';
import { createSecureFetch } from '../src/fetch/index.js';
import type { LogEntry, SecureChatCompletion } from '../src/index.js';
import { MARKERS } from './leaks.js';
import {
  cleanUp,
  client,
  configFor,
  header,
  later,
  lowLevelClient,
  posts,
  rejection,
  REQUEST,
  router,
  temporaryDirectory,
} from './support.js';

afterEach(cleanUp);

async function openLog(options: Partial<AuditLogOptions> = {}): Promise<{ audit: AuditLog; file: string }> {
  const file = join(temporaryDirectory(), 'audit.jsonl');
  const audit = await openAuditLog({ file, ...options });
  later(() => audit.close());
  return { audit, file };
}

const textOf = (file: string): string => readFileSync(file, 'utf8');

/** A line is written before its caller gets the result, or a moment later where hashes are pending. */
async function linesOf(file: string, count: number): Promise<Record<string, unknown>[]> {
  for (;;) {
    const lines = textOf(file)
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const calls = lines.filter(({ type }) => type === 'call');
    if (calls.length >= count) return calls;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const sha256 = (bytes: Uint8Array | undefined): string =>
  createHash('sha256')
    .update(bytes ?? new Uint8Array())
    .digest('hex');

async function everyWayIn(made: SecureChatCompletion): Promise<void> {
  await made.create(REQUEST);
  await made.acreate({ ...REQUEST, security_tier: 'high' });
  (await made.createRaw(REQUEST)).dispose();
  for await (const chunk of await made.create({ ...REQUEST, stream: true })) {
    expect(chunk.choices).toBeDefined();
  }
}

describe('the option audit', () => {
  it('writes a line for every call through any entry point, and no content', async () => {
    const to = await router();
    const { audit, file } = await openLog();
    await everyWayIn(client(to, { audit }));
    await lowLevelClient(to, { audit }).sendSecureRequest(REQUEST, 'openai-compat-abc123');
    const secureFetch = createSecureFetch(configFor(to, { audit }));
    later(() => secureFetch.close());
    const body = JSON.stringify(REQUEST);
    expect((await secureFetch('/v1/chat/completions', { method: 'POST', body })).status).toBe(200);
    const lines = await linesOf(file, 6);
    const sent = posts(to);
    expect(lines.map((line) => line['payload_id']).sort()).toEqual(
      sent.map((post) => header(post, 'x-payload-id')).sort(),
    );
    for (const post of sent) {
      const line = lines.find((it) => it['payload_id'] === header(post, 'x-payload-id'));
      expect(line).toMatchObject({
        outcome: 'ok',
        protocol: 'nomyo/1',
        model: REQUEST.model,
        request_sha256: sha256(post.requestBody),
        response_sha256: sha256(post.answerBody),
        server_key: to.fingerprint,
        request_bytes: post.requestBody.byteLength,
      });
    }
    expect(new Set(lines.map((line) => line['api_key'])).size).toBe(1);
    await audit.close();
    expect(verifyAuditLog([file]).problem).toBeUndefined();
    for (const secret of Object.values(MARKERS)) expect(textOf(file)).not.toContain(secret);
  });

  it('writes lines about calls that failed, were refused, or were aborted', async () => {
    const to = await router({ fail: '401' });
    const { audit, file } = await openLog();
    const made = client(to, { audit, policy: { allowedModels: [REQUEST.model] } });
    await rejection(made.create(REQUEST));
    await rejection(made.create({ ...REQUEST, model: 'another' }));
    to.setFail('flip-tag');
    await rejection(made.create(REQUEST));
    to.setFail('never');
    const controller = new AbortController();
    const call = rejection(made.create(REQUEST, { signal: controller.signal }));
    while (posts(to).length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error('no longer wanted'));
    await call;
    const lines = await linesOf(file, 4);
    expect(lines.map(({ outcome, code, status }) => [outcome, code, status])).toEqual([
      ['failed', 'AUTHENTICATION_FAILED', 401],
      ['failed', 'POLICY_VIOLATION', undefined],
      ['failed', 'DECRYPTION_FAILED', undefined],
      ['aborted', 'Error', undefined],
    ]);
  });

  it.each(['create', 'createRaw', 'sendSecureRequest', 'fetch'])(
    'that is required and cannot be written refuses %s() before anything is sent',
    async (way) => {
      const to = await router();
      const { audit } = await openLog({ required: true });
      await audit.close();
      const made = client(to, { audit });
      const body = JSON.stringify(REQUEST);
      const ways: Readonly<Record<string, () => Promise<unknown>>> = {
        create: () => rejection(made.create(REQUEST)),
        createRaw: () => rejection(made.createRaw(REQUEST)),
        sendSecureRequest: () => rejection(lowLevelClient(to, { audit }).sendSecureRequest(REQUEST, 'id')),
        fetch: async () => {
          const response = await createSecureFetch({ client: made })('/v1/chat/completions', {
            method: 'POST',
            body,
          });
          const answer = (await response.json()) as { error: unknown };
          return { ...(answer.error as object), possiblyExecuted: false };
        },
      };
      expect(await ways[way]?.()).toMatchObject({ code: 'AUDIT_FAILED', possiblyExecuted: false });
      expect(to.requests).toHaveLength(0);
    },
  );

  it('writes a line about an unread stream when its client or the log is closed', async () => {
    const to = await router();
    const { audit, file } = await openLog();
    const made = client(to, { audit });
    await made.create({ ...REQUEST, stream: true });
    made.dispose();
    const [line] = await linesOf(file, 1);
    expect(line).toMatchObject({ stream: true, outcome: 'ok', response_sha256: expect.any(String) });
    const other = client(to, { audit });
    await other.create({ ...REQUEST, stream: true });
    await audit.close();
    expect((await linesOf(file, 2))[1]).toMatchObject({ stream: true, outcome: 'unfinished' });
  });

  it('that is not required lets the call proceed, and emits an event', async () => {
    const to = await router();
    const { audit } = await openLog();
    await audit.close();
    const told: LogEntry[] = [];
    const tell = (entry: LogEntry): void => void told.push(entry);
    const answer = await client(to, { audit, logger: { debug: tell, info: tell, warn: tell } }).create(
      REQUEST,
    );
    while (!told.some(({ message }) => message === 'nomyo:observer-failed')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(told).toContainEqual({
      message: 'nomyo:observer-failed',
      payloadId: answer._metadata.payload_id,
      code: 'AUDIT_FAILED',
    });
  });

  it.each([undefined, null, 'audit.jsonl', {}, { begin: 1 }])(
    'refuses %j, which would write nothing',
    async (audit) => {
      const to = await router();
      expect(() => client(to, { audit: audit as never })).toThrow(
        expect.objectContaining({ argument: 'audit' }),
      );
    },
  );
});
