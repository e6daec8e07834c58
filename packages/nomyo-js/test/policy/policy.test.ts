import { afterEach, describe, expect, it } from '@jest/globals';
import {
  InvalidArgumentError,
  phiPolicy,
  SecureChatCompletion,
  SecurityError,
  type Policy,
  type SecureChatCompletionConfig,
} from '../../src/index.js';
import { cleanUp, client, lowLevelClient, posts, rejection, REQUEST, router } from '../support.js';

afterEach(cleanUp);

const violates = (rule: string): unknown =>
  expect.objectContaining({
    name: 'PolicyError',
    rule,
    code: 'POLICY_VIOLATION',
    message: expect.stringContaining(`policy.${rule}:`),
  });

describe('a rule about the client', () => {
  it.each<[string, Policy]>([
    ['requireHttps', { requireHttps: true }],
    ['requirePinnedServerKey', { requirePinnedServerKey: true }],
  ])('%s is checked in the constructor', (rule, policy) => {
    const make = (): unknown =>
      new SecureChatCompletion({ baseUrl: 'http://127.0.0.1:1', allowHttp: true, policy });
    expect(make).toThrow(SecurityError);
    expect(make).toThrow(violates(rule));
  });

  it('requireVerifiedServerKey demands pins or first use', () => {
    const make = (options: SecureChatCompletionConfig): unknown =>
      new SecureChatCompletion({ policy: { requireVerifiedServerKey: true }, keyDir: null, ...options });
    expect(() => make({})).toThrow(violates('requireVerifiedServerKey'));
    expect(() => make({ serverKeyPolicy: 'any' })).toThrow(violates('requireVerifiedServerKey'));
    expect(() => make({ serverKeyPolicy: 'first-use' })).not.toThrow();
    expect(() => make({ serverKeyPins: [`sha256/${'A'.repeat(43)}=`] })).not.toThrow();
  });

  it('requireEncryptedKeyFiles wants a password for key files, or no files', () => {
    const make = (options: SecureChatCompletionConfig): unknown =>
      new SecureChatCompletion({ policy: { requireEncryptedKeyFiles: true }, ...options });
    expect(() => make({})).toThrow(violates('requireEncryptedKeyFiles'));
    expect(() => make({ keyDir: 'keys' })).toThrow(violates('requireEncryptedKeyFiles'));
    expect(() => make({ keyDir: null })).not.toThrow();
    expect(() => make({ keyDir: 'keys', keyRotationPassword: 'correct horse' })).not.toThrow();
  });

  it('requireLockedMemory is refused when protection is turned off', () => {
    const policy = { requireLockedMemory: true };
    expect(() => new SecureChatCompletion({ secureMemory: false, policy })).toThrow(
      violates('requireLockedMemory'),
    );
    expect(() => new SecureChatCompletion({ secureMemory: false, requireLockedMemory: true })).toThrow(
      expect.objectContaining({ code: 'MEMORY_NOT_LOCKED' }),
    );
  });
});

describe('a rule about a call', () => {
  it.each<[string, Policy, object]>([
    ['minimumSecurityTier', { minimumSecurityTier: 'high' }, {}],
    ['minimumSecurityTier', { minimumSecurityTier: 'high' }, { security_tier: 'standard' }],
    ['allowedModels', { allowedModels: ['another'] }, {}],
    ['maxPayloadBytes', { maxPayloadBytes: 20 }, {}],
  ])('%s is checked before anything is sent', async (rule, policy, extra) => {
    const to = await router();
    const error = await rejection(client(to, { policy }).create({ ...REQUEST, ...extra }));
    expect(error).toBeInstanceOf(SecurityError);
    expect(error).toEqual(violates(rule));
    expect(to.requests).toHaveLength(0);
  });

  it('applies to the low-level client too', async () => {
    const to = await router();
    const made = lowLevelClient(to, { policy: { allowedModels: ['another'] } });
    const id = '2b1f1d6e-6a55-4c3e-9a39-0d1c5a1b7f10';
    expect(await rejection(made.sendSecureRequest(REQUEST, id))).toEqual(violates('allowedModels'));
    expect(posts(to)).toHaveLength(0);
  });

  it('counts bytes of JSON to the byte, and before padding', async () => {
    const to = await router();
    const bytes = Buffer.byteLength(JSON.stringify(REQUEST));
    const made = (maxPayloadBytes: number): SecureChatCompletion =>
      client(to, { policy: { maxPayloadBytes }, padding: { block: 8192 } });
    expect(await rejection(made(bytes - 1).create(REQUEST))).toEqual(violates('maxPayloadBytes'));
    await expect(made(bytes).create(REQUEST)).resolves.toHaveProperty('choices');
  });

  it('is fixed when the client is made', async () => {
    const to = await router();
    const allowedModels = ['another'];
    const policy = { allowedModels };
    const made = client(to, { policy });
    allowedModels.push(REQUEST.model);
    Object.assign(policy, { allowedModels: [REQUEST.model] });
    expect(await rejection(made.create(REQUEST))).toEqual(violates('allowedModels'));
  });

  it('also refuses to seal a request that the caller sends', async () => {
    const made = lowLevelClient(await router(), { policy: { minimumSecurityTier: 'standard' } });
    expect(await rejection(made.encryptPayload(REQUEST))).toEqual(violates('minimumSecurityTier'));
  });

  it('accepts what complies', async () => {
    const to = await router();
    const policy: Policy = {
      minimumSecurityTier: 'high',
      allowedModels: [REQUEST.model],
      requireHttps: true,
      requirePinnedServerKey: true,
      maxPayloadBytes: 1000,
    };
    const made = client(to, { policy, serverKeyPins: [to.fingerprint] });
    await expect(made.create({ ...REQUEST, security_tier: 'maximum' })).resolves.toHaveProperty('choices');
  });
});

describe('a policy that is wrong', () => {
  it.each([
    [[]],
    [{ unheardOf: true }],
    [{ minimumSecurityTier: 'ultra' }],
    [{ allowedModels: 'all' }],
    [{ allowedModels: [7] }],
    [{ requireHttps: 'yes' }],
    [{ maxPayloadBytes: -1 }],
  ])('%j is refused', (policy) => {
    expect(() => new SecureChatCompletion({ policy: policy as Policy })).toThrow(InvalidArgumentError);
  });
});

describe('phiPolicy', () => {
  it('is frozen', () => {
    expect(Object.isFrozen(phiPolicy)).toBe(true);
    expect(() => Object.assign(phiPolicy, { requireHttps: false })).toThrow(TypeError);
    expect(phiPolicy.requireHttps).toBe(true);
  });

  it('demands the highest tier, a pinned router key, encrypted key files, locked memory and HTTPS', async () => {
    const to = await router();
    const serverKeyPins = [to.fingerprint];
    const http = { baseUrl: 'http://127.0.0.1:1', allowHttp: true, tls: {} };
    expect(() => client(to, { policy: phiPolicy, serverKeyPins, ...http })).toThrow(violates('requireHttps'));
    expect(() => client(to, { policy: phiPolicy })).toThrow(violates('requirePinnedServerKey'));
    const files = { policy: { ...phiPolicy, requireLockedMemory: false }, serverKeyPins, keyDir: 'keys' };
    expect(() => client(to, files)).toThrow(violates('requireEncryptedKeyFiles'));
    const unlocked = { policy: phiPolicy, serverKeyPins, secureMemory: false };
    expect(() => client(to, unlocked)).toThrow(violates('requireLockedMemory'));
    // Whether memory can be locked depends on the machine: the rest of the policy, on any.
    const made = client(to, { policy: { ...phiPolicy, requireLockedMemory: false }, serverKeyPins });
    const low = rejection(made.create({ ...REQUEST, security_tier: 'high' }));
    expect(await low).toEqual(violates('minimumSecurityTier'));
    await expect(made.create({ ...REQUEST, security_tier: 'maximum' })).resolves.toHaveProperty('choices');
  });
});
