/** `signal`, `timeout` and `dispose()` end anything a call waits for, even third-party code that never answers. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { generatePkcs8, RsaPrivateKey, type KeySource } from '@nomyo/crypto';
import type { Router } from '@nomyo/router/testing';
import { SecureChatCompletion, type SecureChatCompletionConfig } from '../src/index.js';
import {
  cleanUp,
  client,
  configFor,
  later,
  posts,
  rejection,
  REQUEST,
  router,
  temporaryDirectory,
} from './support.js';

afterEach(cleanUp);

const never = (): Promise<never> => new Promise(() => undefined);

let pair: RsaPrivateKey | undefined;
async function keysThat(unwrap: KeySource['unwrap']): Promise<KeySource> {
  pair ??= await (await generatePkcs8(2048)).use((der) => RsaPrivateKey.fromPkcs8(der));
  return { publicKey: pair.publicKey, unwrap };
}

/** The stages at which a call can hang, and how the test sees that it has got there. */
interface Hang {
  readonly config: (reached: () => void) => Promise<SecureChatCompletionConfig>;
  readonly code: string;
  readonly isFetch?: true;
}

const HANGS: Readonly<Record<string, Hang>> = {
  'apiKey()': {
    code: 'CONNECTION_TIMEOUT',
    config: (reached) =>
      Promise.resolve({
        keyDir: null,
        keySize: 2048,
        apiKey: () => {
          reached();
          return never();
        },
      }),
  },
  'unwrap()': {
    code: 'CONNECTION_TIMEOUT',
    config: async (reached) => ({
      keys: await keysThat(() => {
        reached();
        return never();
      }),
    }),
  },
  'the fetch of the router key': {
    code: 'CONNECTION_TIMEOUT',
    isFetch: true,
    config: (reached) =>
      Promise.resolve({
        keyDir: null,
        keySize: 2048,
        fetch: () => {
          reached();
          return never();
        },
      }),
  },
};

async function hanging(hang: Hang): Promise<{ made: SecureChatCompletion; reached: Promise<void> }> {
  const to = await router();
  let tell = (): void => undefined;
  const reached = new Promise<void>((resolve) => (tell = resolve));
  const config = {
    ...(await hang.config(() => tell())),
    ...(hang.isFetch === true ? {} : { tls: { ca: to.ca ?? '' } }),
  };
  // With a fetch of its own there is no TLS to be configured.
  const made = new SecureChatCompletion({ ...ownConfig(to), ...config });
  later(() => made.dispose());
  return { made, reached };
}

/** A config without the options that custom `keys` or `fetch` rule out. */
function ownConfig(to: Router): SecureChatCompletionConfig {
  const { baseUrl, apiKey, timeout } = configFor(to);
  return {
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(timeout === undefined ? {} : { timeout }),
    maxRetries: 0,
  };
}

describe.each(Object.entries(HANGS))('a hanging %s', (_name, hang) => {
  it('ends with the signal, with its reason', async () => {
    const { made, reached } = await hanging(hang);
    const controller = new AbortController();
    const call = rejection(made.create(REQUEST, { signal: controller.signal }));
    await reached;
    const reason = new Error('no longer wanted');
    controller.abort(reason);
    expect(await call).toBe(reason);
  });

  it('ends with the timeout', async () => {
    const { made } = await hanging(hang);
    expect(await rejection(made.create(REQUEST, { timeout: 300 }))).toMatchObject({ code: hang.code });
  });

  it('ends with the client', async () => {
    const { made, reached } = await hanging(hang);
    const call = rejection(made.create(REQUEST));
    await reached;
    made.dispose();
    expect(await call).toMatchObject({ code: 'DISPOSED' });
  });
});

describe('a foreign unwrap()', () => {
  it.each<[string, KeySource['unwrap']]>([
    ['rejects', () => Promise.reject(new Error('the HSM says: bad padding'))],
    [
      'throws',
      () => {
        throw new TypeError('no such key');
      },
    ],
    ['gives what is no key', () => Promise.resolve(new Uint8Array(5))],
    ['gives nothing', () => Promise.resolve(undefined as never)],
  ])('that %s causes the one opaque failure', async (_how, unwrap) => {
    const error = await rejection(client(await router(), { keys: await keysThat(unwrap) }).create(REQUEST));
    expect(error).toMatchObject({ name: 'SecurityError', code: 'DECRYPTION_FAILED', possiblyExecuted: true });
    expect(error).toHaveProperty('message', 'the envelope cannot be opened with this key');
    expect(error).not.toHaveProperty('cause');
  });
});

describe('after dispose()', () => {
  it('nothing is remembered, even if the question about a changed key is answered', async () => {
    const to = await router();
    const keyDir = join(temporaryDirectory(), 'keys');
    const options = { keyDir, serverKeyPolicy: 'first-use' } as const;
    const first = client(to, options);
    await first.create(REQUEST);
    first.dispose();
    await to.rotateKey();
    let answer = (_yes: boolean): void => undefined;
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const second = client(to, {
      ...options,
      onServerKeyChange: () => {
        asked();
        return new Promise<boolean>((resolve) => (answer = resolve));
      },
    });
    const call = rejection(second.create(REQUEST));
    await isAsked;
    second.dispose();
    expect(await call).toMatchObject({ code: 'DISPOSED' });
    answer(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await rejection(client(to, options).create(REQUEST))).toMatchObject({
      code: 'SERVER_KEY_CHANGED',
    });
    expect(posts(to)).toHaveLength(1);
  });

  it('a key pair that was being made is not written', async () => {
    const keyDir = join(temporaryDirectory(), 'keys');
    const made = client(await router(), { keyDir, keySize: 4096 });
    const ready = rejection(made.ready());
    made.dispose();
    expect(await ready).toMatchObject({ code: 'DISPOSED' });
    // Longer than the pair takes here, most of the time: the test can only miss a defect.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(existsSync(join(keyDir, 'private_key.pem'))).toBe(false);
  });
});

describe('close()', () => {
  it('lets calls under way end, and refuses new ones', async () => {
    const to = await router({
      answers: async () => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        return 'late';
      },
    });
    const made = client(to);
    const call = made.create(REQUEST);
    while (posts(to).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const closing = made.close();
    expect(await rejection(made.create(REQUEST))).toMatchObject({ code: 'DISPOSED' });
    await expect(call).resolves.toHaveProperty('choices');
    await closing;
  });

  it('ends them when its time is up', async () => {
    const to = await router({ fail: 'never' });
    const made = client(to);
    const call = rejection(made.create(REQUEST));
    while (posts(to).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await made.close({ timeout: 50 });
    expect(await call).toMatchObject({ code: 'DISPOSED' });
    await made.close();
  });

  it.each([{ timeout: -1 }, { timeout: 'soon' }, { unheardOf: 1 }])('refuses %j', async (options) => {
    const made = client(await router());
    expect(await rejection(made.close(options as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
