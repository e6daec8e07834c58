/**
 * Key configurations that were swapped on the way (SPEC of version 2, section 4.2). Each holds a key of the attacker, so
 * that a client that took it would send a request the attacker can read.
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import { concatBytes, utf8Encode } from '@nomyo/base';
import {
  generateKemKey,
  generateSigningKey,
  makeDelegation,
  makeKeyDocument,
  type DelegationOptions,
  type KeyDocumentOptions,
  type SigningKey,
  type SuiteId,
} from '@nomyo/protocol-v2';
import { cleanUp, rejection, REQUEST, temporaryDirectory } from '../support.js';
import { clear, honest, type Answered, type Meddle } from '../terminator.js';
import { client, REALM, stage, type Stage } from './stage.js';

afterEach(cleanUp);

const now = (): number => Math.floor(Date.now() / 1_000);

/** The keys of a forger. The pinned root is there to sign the one document that it really signed. */
interface Forger {
  /** Pinned. */
  readonly root: SigningKey;
  readonly signer: SigningKey;
  readonly stranger: SigningKey;
}

type Forgery = (forger: Forger) => Promise<Uint8Array>;

async function delegated(
  { root, signer }: Pick<Forger, 'root' | 'signer'>,
  more: Partial<DelegationOptions> = {},
): Promise<Uint8Array> {
  const life = { notBefore: now() - 300, notAfter: now() + 3_600 };
  return makeDelegation({ root, realm: REALM, epoch: 1, ...life, signer: signer.publicKey, ...more });
}

async function entry(suite: SuiteId = 1, seconds = 3_600): Promise<KeyDocumentOptions['keys'][number]> {
  const made = await generateKemKey({ suite, activeFrom: now() - 60, activeUntil: now() + 60 });
  return { ...made, activeUntil: made.activeFrom + seconds };
}

async function document(
  { signer }: Pick<Forger, 'signer'>,
  delegation: Uint8Array,
  more: Partial<KeyDocumentOptions> = {},
): Promise<Uint8Array> {
  const life = { issuedAt: now(), expiresAt: now() + 3_600 };
  return makeKeyDocument({ delegation, signer, ...life, keys: [await entry()], ...more });
}

/** The same document with other bytes under the signature of its own signer. */
async function signedAgain(
  { signer }: Forger,
  good: Uint8Array,
  change: (unsigned: Uint8Array) => Uint8Array,
): Promise<Uint8Array> {
  const body = change(good.slice(0, -64));
  return concatBytes(body, await signer.sign(concatBytes(utf8Encode('nomyo/v2 keys\0'), body)));
}

/** Where the number of entries stands: behind the delegation, a magic, two times and a size. */
const countAt = 4 + 1 + REALM.length + 4 + 8 + 8 + 32 + 64 + 4 + 8 + 8 + 4;

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  bytes[at] = value;
  return bytes;
}

const forgeries: readonly [what: string, code: string, Forgery][] = [
  [
    'of a root of its own',
    'CONFIG_UNTRUSTED',
    async (by) => {
      const own = { root: by.stranger, signer: by.signer };
      return document(own, await delegated(own));
    },
  ],
  [
    'of this root, for another realm',
    'CONFIG_UNTRUSTED',
    async (by) => document(by, await delegated(by, { realm: 'llm.example' })),
  ],
  [
    'spliced: the keys of a stranger behind the delegation of the signer',
    'CONFIG_UNTRUSTED',
    async (by) => document({ signer: by.stranger }, await delegated(by)),
  ],
  [
    'spliced: the keys of the signer behind a delegation of another root',
    'CONFIG_UNTRUSTED',
    async (by) => document(by, await delegated({ root: by.stranger, signer: by.signer })),
  ],
  [
    'with a key put in place of the one that was signed',
    'CONFIG_UNTRUSTED',
    async (by) => {
      const good = await document(by, await delegated(by));
      const { publicKey } = await entry();
      good.set(publicKey, countAt + 1 + 1 + 8 + 8 + 2);
      return good;
    },
  ],
  [
    'whose epoch was raised',
    'CONFIG_UNTRUSTED',
    async (by) => withByte(await document(by, await delegated(by)), 4 + 1 + REALM.length + 3, 9),
  ],
  [
    'whose delegation is over',
    'CONFIG_EXPIRED',
    async (by) => document(by, await delegated(by, { notBefore: now() - 600, notAfter: now() - 1 })),
  ],
  [
    'whose delegation has not begun',
    'CONFIG_EXPIRED',
    async (by) => document(by, await delegated(by, { notBefore: now() + 600, notAfter: now() + 3_600 })),
  ],
  [
    'that is over',
    'CONFIG_EXPIRED',
    async (by) => document(by, await delegated(by), { issuedAt: now() - 7_200, expiresAt: now() - 1 }),
  ],
  [
    'that was issued in the future',
    'CONFIG_EXPIRED',
    async (by) => document(by, await delegated(by), { issuedAt: now() + 600, expiresAt: now() + 1_200 }),
  ],
  [
    'with a byte behind its entries, signed',
    'CONFIG_MALFORMED',
    async (by) =>
      signedAgain(by, await document(by, await delegated(by)), (body) => concatBytes(body, Uint8Array.of(0))),
  ],
  [
    'with fewer entries than it says, signed',
    'CONFIG_MALFORMED',
    async (by) =>
      signedAgain(by, await document(by, await delegated(by)), (body) => withByte(body, countAt, 2)),
  ],
  [
    'with more entries than it says, signed',
    'CONFIG_MALFORMED',
    async (by) =>
      signedAgain(by, await document(by, await delegated(by)), (body) => withByte(body, countAt, 0)),
  ],
  [
    'with a key that lives for two days',
    'CONFIG_MALFORMED',
    async (by) => document(by, await delegated(by), { keys: [await entry(1, 2 * 86_400)] }),
  ],
  [
    'with a magic that nobody knows',
    'CONFIG_MALFORMED',
    async (by) => withByte(await document(by, await delegated(by)), 3, 0x33),
  ],
  [
    'that is longer than any',
    'CONFIG_MALFORMED',
    async (by) => concatBytes(await document(by, await delegated(by)), new Uint8Array(262_144)),
  ],
  [
    'that was cut',
    'CONFIG_MALFORMED',
    async (by) => (await document(by, await delegated(by))).subarray(0, 150),
  ],
  [
    'with keys of another suite than the client allows',
    'CONFIG_NO_KEY',
    async (by) => document(by, await delegated(by), { keys: [await entry(2)] }),
  ],
  [
    'with keys of a suite that nobody knows',
    'CONFIG_NO_KEY',
    async (by) =>
      signedAgain(by, await document(by, await delegated(by)), (body) => withByte(body, countAt + 1, 9)),
  ],
  ['without a key', 'CONFIG_NO_KEY', async (by) => document(by, await delegated(by), { keys: [] })],
];

/** SPEC 10.3. */
const nameOf = (code: string): string =>
  ['CONFIG_EXPIRED', 'CONFIG_NO_KEY'].includes(code) ? 'NomyoError' : 'SecurityError';

const asDocument = (body: Uint8Array): Answered => ({
  status: 200,
  headers: { 'content-type': 'application/nomyo-v2-keys' },
  body: Buffer.from(body),
});

/** A router behind an attacker who serves forged documents once there is one. */
async function behindForger(
  atPost: Meddle = honest,
): Promise<Stage & { readonly serve: (forgery: Forgery) => Promise<void>; readonly posts: () => number }> {
  let served: Uint8Array | undefined;
  let posts = 0;
  const here = await stage({
    meddle: async (exchange) => {
      if (exchange.request.method === 'POST') {
        posts += 1;
        await atPost(exchange);
      } else if (served === undefined) await honest(exchange);
      else exchange.answer(asDocument(served));
    },
  });
  const serve = async (forgery: Forgery): Promise<void> => {
    const [signer, stranger] = [await generateSigningKey(), await generateSigningKey()];
    served = await forgery({ root: await here.authority.root(), signer, stranger });
  };
  return { ...here, serve, posts: () => posts };
}

describe('a key configuration that was swapped on the way', () => {
  it('would be accepted if it were good, so that the cases below fail only for their own reason', async () => {
    const here = await behindForger();
    await here.serve(async (by) => document(by, await delegated(by)));
    // The router has no such key; the request was sealed to it and sent.
    expect(await rejection(client(here).create(REQUEST))).toMatchObject({ code: 'KEY_UNKNOWN' });
    expect(here.posts()).toBe(1);
  });

  it.each(forgeries)('%s is %s, and nothing is sent', async (_what, code, forgery) => {
    const here = await behindForger();
    await here.serve(forgery);
    const asking = client(here, { maxRetries: 2, maxRetryDelay: 1 });
    const error = { name: nameOf(code), code };
    expect(await rejection(asking.create(REQUEST))).toMatchObject(error);
    expect(await rejection(asking.create({ ...REQUEST, stream: true }))).toMatchObject(error);
    expect(await rejection(asking.models.list())).toMatchObject(error);
    expect(here.posts()).toBe(0);
    expect(here.model.asked).toHaveLength(0);
  });

  it.each(forgeries.filter(([, code]) => code !== 'CONFIG_NO_KEY'))(
    '%s is %s in the middle of a call too, which is not sealed again',
    async (_what, code, forgery) => {
      const here = await behindForger((exchange) => exchange.answer(clear(422, 'key_unknown')));
      const asking = client(here, { maxRetries: 2, maxRetryDelay: 1 });
      await asking.ready();
      await here.serve(forgery);
      expect(await rejection(asking.create(REQUEST))).toMatchObject({ name: nameOf(code), code });
      expect(here.posts()).toBe(1);
      expect(here.model.asked).toHaveLength(0);
    },
  );
});

describe('an older configuration of the same signer', () => {
  it('is refused after a restart, by what is on disk, and nothing is sent', async () => {
    const keyDir = temporaryDirectory();
    const here = await withHistory();
    await client(here, { keyDir }).create(REQUEST);
    here.advance();
    await client(here, { keyDir }).create(REQUEST);
    here.goBack();
    const late = client(here, { keyDir });
    const error = await rejection(late.create(REQUEST));
    expect(error).toMatchObject({ name: 'SecurityError', code: 'CONFIG_ROLLBACK' });
    expect(here.model.asked).toHaveLength(2);
  });

  it('does not replace the newer one, which stays in use', async () => {
    const here = await withHistory();
    await client(here).create(REQUEST);
    here.advance();
    const asking = client(here);
    await asking.create(REQUEST);
    here.goBack();
    here.forget();
    expect(await rejection(asking.create(REQUEST))).toMatchObject({ code: 'CONFIG_ROLLBACK' });
    await asking.create(REQUEST);
    expect(here.model.asked).toHaveLength(3);
  });
});

/** A router whose documents are recorded, and played again. */
async function withHistory(): Promise<
  Stage & {
    /** The next document is issued later. */
    readonly advance: () => void;
    /** The first document is served from now on. */
    readonly goBack: () => void;
    /** The next request is told that its key is unknown. */
    readonly forget: () => void;
  }
> {
  let [ahead, isBack, forgets] = [0, false, false];
  let first: Answered | undefined;
  const here = await stage({
    now: () => Date.now() / 1_000 + ahead,
    meddle: async (exchange) => {
      if (exchange.request.method === 'POST') {
        const forgotten = forgets;
        forgets = false;
        if (forgotten) exchange.answer(clear(422, 'key_unknown'));
        else await honest(exchange);
        return;
      }
      const document = isBack && first !== undefined ? first : await exchange.pass();
      first ??= document;
      exchange.answer(document);
    },
  });
  return {
    ...here,
    advance: () => void (ahead = 30),
    goBack: () => void (isBack = true),
    forget: () => void (forgets = true),
  };
}
