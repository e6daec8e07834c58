/** Where the effect of each option is tested, and the effects that belong to no other file. */
import { createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { getMemoryProtectionInfo, type SecureChatCompletionConfig } from '../src/index.js';
import { cleanUp, client, header, posts, REQUEST, router, temporaryDirectory } from './support.js';

afterEach(cleanUp);

const OWN = 'option-effects.test.ts';

const TESTED_IN: Readonly<Record<keyof SecureChatCompletionConfig, string>> = {
  baseUrl: 'environment/proxy.test.ts',
  allowHttp: 'silence.test.ts',
  apiKey: 'create.test.ts',
  dangerouslyAllowBrowser: 'browser/client.test.ts',
  requireLockedMemory: OWN,
  secureMemory: OWN,
  timeout: 'failures.test.ts',
  maxResponseBytes: 'connections.test.ts',
  maxConnections: 'connections.test.ts',
  userAgent: 'connections.test.ts',
  maxRetries: 'failures.test.ts',
  retry: 'billing.test.ts',
  maxRetryDelay: OWN,
  rateLimit: 'rate-limit/rate-limit.test.ts',
  keys: 'examples/key-agent.test.ts',
  keyDir: 'rotation.test.ts',
  keyStorage: 'browser/key-storage.test.ts',
  keyRotationInterval: 'rotation.test.ts',
  keyRotationRequests: OWN,
  keyRotationDir: OWN,
  keyRotationPassword: 'leak.test.ts',
  keySize: OWN,
  debug: 'events.test.ts',
  serverKeyPins: 'server-key.test.ts',
  serverKeyPolicy: 'v1/server-key-policy.test.ts',
  onServerKeyChange: 'v1/server-key-policy.test.ts',
  serverKeyTtl: 'server-key.test.ts',
  padding: 'options/padding.test.ts',
  policy: 'policy/policy.test.ts',
  proxy: 'environment/proxy.test.ts',
  tls: 'environment/proxy.test.ts',
  fetch: 'environment/proxy.test.ts',
  logger: 'events.test.ts',
  protocol: 'protocol.test.ts',
  audit: 'audit-client.test.ts',
};

describe('every option', () => {
  it.each(Object.entries(TESTED_IN))('%s is tried in %s', (option, file) => {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    expect(text.match(new RegExp(`\\b${option}\\b`, 'g'))?.length ?? 0).toBeGreaterThan(file === OWN ? 1 : 0);
  });
});

const publicKeyOf = (post: ReturnType<typeof posts>[number] | undefined): string =>
  decodeURIComponent(header(post, 'x-public-key'));

describe('the effect of', () => {
  it('keySize: the pair of the client has that many bits', async () => {
    const to = await router();
    await client(to, { keySize: 3072 }).create(REQUEST);
    const { asymmetricKeyDetails } = createPublicKey(publicKeyOf(posts(to)[0]));
    expect(asymmetricKeyDetails?.modulusLength).toBe(3072);
  });

  it('keyRotationRequests and keyRotationDir: the next pair comes after that many requests, and is written there', async () => {
    const to = await router();
    const [keyDir, keyRotationDir] = [temporaryDirectory(), temporaryDirectory()];
    const made = client(to, { keyDir, keyRotationDir, keyRotationRequests: 2 });
    for (let i = 0; i < 4; i += 1) await made.create(REQUEST);
    const [first, second, third, fourth] = posts(to).map(publicKeyOf);
    expect([second, fourth]).toEqual([first, third]);
    expect(third).not.toBe(first);
    const keyIn = (directory: string): string => readFileSync(`${directory}/public_key.pem`, 'utf8').trim();
    expect(keyIn(keyDir)).toBe(first?.trim());
    expect(readdirSync(keyRotationDir)).toContain('private_key.pem');
    expect(keyIn(keyRotationDir)).not.toBe(keyIn(keyDir));
  });

  it('secureMemory: false removes the protection', async () => {
    const to = await router();
    const methodOf = (secureMemory: boolean): string =>
      client(to, { secureMemory }).getMemoryProtectionInfo().method;
    expect(methodOf(false)).toBe('none');
    expect(methodOf(true)).toBe(getMemoryProtectionInfo().method);
    expect(methodOf(true)).not.toBe('none');
    await expect(client(to, { secureMemory: false }).create(REQUEST)).resolves.toHaveProperty('choices');
  });

  it('requireLockedMemory: a client is made only if memory can be locked', async () => {
    const to = await router();
    const make = (): unknown => client(to, { requireLockedMemory: true });
    if (getMemoryProtectionInfo().canLock) expect(make).not.toThrow();
    else expect(make).toThrow(expect.objectContaining({ code: 'MEMORY_NOT_LOCKED' }));
  });

  it('maxRetryDelay: a longer Retry-After ends the call, a shorter one is waited for', async () => {
    const to = await router({ fail: '503-seconds:1' });
    await expect(client(to, { maxRetries: 1, maxRetryDelay: 999 }).create(REQUEST)).rejects.toMatchObject({
      retryAfter: 1000,
    });
    expect(posts(to)).toHaveLength(1);
    await expect(client(to, { maxRetries: 1, maxRetryDelay: 1000 }).create(REQUEST)).rejects.toThrow();
    expect(posts(to)).toHaveLength(3);
  });
});
