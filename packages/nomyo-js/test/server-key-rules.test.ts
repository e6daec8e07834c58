/** The options that go with `serverKeyPolicy`, and its rule for the tier `maximum`. */
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  InvalidArgumentError,
  SecureChatCompletion,
  type LogEntry,
  type SecureChatCompletionConfig,
} from '../src/index.js';
import { cleanUp, client, rejection, REQUEST, router } from './support.js';

afterEach(cleanUp);

/** Fingerprint of a nonexistent key. */
const STRANGER = `sha256/${Buffer.alloc(32, 7).toString('base64')}`;

describe('the options', () => {
  const pins = [STRANGER];
  it.each<[string, SecureChatCompletionConfig]>([
    ['serverKeyPolicy', { serverKeyPolicy: 'some' as 'any' }],
    ['serverKeyPins', { serverKeyPolicy: 'pinned' }],
    ['serverKeyPins', { serverKeyPolicy: 'pinned', serverKeyPins: [] }],
    ['onServerKeyChange', { onServerKeyChange: () => true }],
    ['onServerKeyChange', { serverKeyPolicy: 'pinned', serverKeyPins: pins, onServerKeyChange: () => true }],
    ['onServerKeyChange', { serverKeyPolicy: 'first-use', onServerKeyChange: true as never }],
  ])('refuse a wrong %s', (argument, config) => {
    const make = (): unknown => new SecureChatCompletion({ keyDir: null, ...config });
    expect(make).toThrow(InvalidArgumentError);
    expect(make).toThrow(expect.objectContaining({ argument }));
  });

  it.each<SecureChatCompletionConfig>([{}, { serverKeyPolicy: 'any' }, { serverKeyPolicy: 'pinned' }])(
    'let no policy weaken a pin: %j',
    async (config) => {
      const to = await router();
      const error = await rejection(client(to, { ...config, serverKeyPins: pins }).create(REQUEST));
      expect(error).toMatchObject({ code: 'SERVER_KEY_NOT_PINNED' });
    },
  );
});

describe('the tier maximum', () => {
  const warningsOf = async (
    config: SecureChatCompletionConfig,
    tiers: readonly string[],
  ): Promise<LogEntry[]> => {
    const to = await router();
    const warnings: LogEntry[] = [];
    const logger = { debug: () => undefined, info: () => undefined, warn: (e: LogEntry) => warnings.push(e) };
    const pinned = config.serverKeyPolicy === 'pinned' ? { serverKeyPins: [to.fingerprint] } : {};
    const made = client(to, { ...config, ...pinned, logger });
    for (const tier of tiers) await made.create({ ...REQUEST, security_tier: tier as 'high' });
    return warnings.map((warning) => ({ ...warning, fingerprint: 'sha256/' }) as LogEntry);
  };
  const warning = { message: 'nomyo:server-key-unverified', fingerprint: 'sha256/' };

  it('with an unverified key causes a warning, once', async () => {
    expect(await warningsOf({}, ['high', 'maximum', 'maximum'])).toEqual([warning]);
  });

  it.each<[string, SecureChatCompletionConfig]>([
    ['a key that is remembered', { serverKeyPolicy: 'first-use' }],
    ['a pin', { serverKeyPolicy: 'pinned' }],
  ])('with %s causes no warning', async (_name, config) => {
    expect(await warningsOf(config, ['maximum'])).toEqual([]);
  });

  it('is the only tier that warns', async () => {
    expect(await warningsOf({}, ['standard', 'high'])).toEqual([]);
  });
});
