/** Key configurations: taken as what root and signer signed, or refused with a class of SPEC 4.2. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import {
  makeDelegation,
  makeKeyDocument,
  SUITES,
  takeKeyDocument,
  type KeyDocument,
  type PublishedKey,
  type SigningKey,
  type TakeOptions,
} from '@nomyo/protocol-v2';
import type { Random } from '../../common/random.js';
import { mutate } from '../mutate.js';
import { expect, judge, type Attack, type Target } from '../target.js';

const REALM = 'fuzz.test';
const NOW = 1_800_000_000;
const SIGNATURE_BYTES = 64;
/** Behind the realm: epoch, two times, the signer's key. */
const DELEGATION_REST_BYTES = 4 + 8 + 8 + 32;

const REFUSALS = ['CONFIG_MALFORMED', 'CONFIG_UNTRUSTED', 'CONFIG_EXPIRED', 'CONFIG_ROLLBACK'] as const;

export const configurationTarget: Target = {
  name: 'v2 configuration',
  weight: 30,
  runtimes: ['node', 'browser'],
  prepare: async (random) => {
    const [root, signer] = [ed25519(), ed25519()];
    const document = await makeDocument(root, signer, random);
    return new ConfigurationAttack(root, signer, document);
  },
};

class ConfigurationAttack implements Attack {
  readonly #root: KeyObject;
  readonly #signer: KeyObject;
  readonly #document: Buffer;

  constructor(root: KeyObject, signer: KeyObject, document: Buffer) {
    this.#root = root;
    this.#signer = signer;
    this.#document = document;
  }

  async attempt(random: Random): Promise<string> {
    const bytes = random.pick([this.#raw, this.#signedAgain, this.#delegatedAgain])(random);
    const options: TakeOptions = {
      roots: [rawKey(this.#root)],
      realm: REALM,
      now: random.pick([NOW, NOW, NOW - 1_000, NOW + 100_000]),
      ...(random.oneIn(4) ? { seen: { epoch: random.below(9), issuedAt: NOW + random.below(3) - 1 } } : {}),
    };
    const result = await judge(() => takeKeyDocument(bytes, options), REFUSALS);
    if ('code' in result) return result.code;
    checkTaken(result.value, options);
    return 'taken';
  }

  /** No signature holds any more. */
  readonly #raw = (random: Random): Buffer => mutate(this.#document, random);

  /** Documents that only a rogue signer would sign. */
  readonly #signedAgain = (random: Random): Buffer => {
    const keysAt = delegationBytes(this.#document);
    const keys = mutate(this.#document.subarray(keysAt, -SIGNATURE_BYTES), random);
    return signed('keys', Buffer.concat([this.#document.subarray(0, keysAt), keys]), this.#signer);
  };

  /** Delegations that only a rogue root would sign. */
  readonly #delegatedAgain = (random: Random): Buffer => {
    const keysAt = delegationBytes(this.#document);
    const body = mutate(this.#document.subarray(0, keysAt - SIGNATURE_BYTES), random);
    const keys = this.#document.subarray(keysAt, -SIGNATURE_BYTES);
    return signed('keys', Buffer.concat([signed('delegation', body, this.#root), keys]), this.#signer);
  };
}

/** SPEC 4.2, read backwards: what was taken must be as it demands. */
function checkTaken(document: KeyDocument, { realm, now, seen }: TakeOptions): void {
  expect(document.realm === realm, 'the realm is the one that was asked for');
  expect(document.notBefore <= now && now < document.notAfter, 'the delegation holds now');
  expect(document.issuedAt <= now + 120 && now < document.expiresAt, 'the document holds now');
  expect(document.expiresAt - document.issuedAt <= 86_400, 'it lives for a day at most');
  expect(document.epoch >= (seen?.epoch ?? 0) && document.issuedAt >= (seen?.issuedAt ?? 0), 'it is newest');
  for (const { suite, publicKey, activeFrom, activeUntil, keyId } of document.keys) {
    expect(publicKey.byteLength === SUITES[suite].publicBytes, 'a key has the length of its suite');
    expect(activeFrom < activeUntil && activeUntil - activeFrom <= 86_400, 'a key lives for a day at most');
    const id = createHash('sha256')
      .update('nomyo/v2 key\0')
      .update(Buffer.from([suite]))
      .update(publicKey);
    expect(id.digest('hex').startsWith(keyId), 'a key id is the hash of its key');
  }
}

function ed25519(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

function rawKey(key: KeyObject): Uint8Array {
  const { x = '' } = key.export({ format: 'jwk' });
  return Buffer.from(x, 'base64url');
}

function signed(label: 'keys' | 'delegation', body: Buffer, key: KeyObject): Buffer {
  const message = Buffer.concat([Buffer.from(`nomyo/v2 ${label}\0`), body]);
  return Buffer.concat([body, sign(null, message, key)]);
}

function delegationBytes(document: Buffer): number {
  return 5 + (document[4] ?? 0) + DELEGATION_REST_BYTES + SIGNATURE_BYTES;
}

function signWith(key: KeyObject): Pick<SigningKey, 'sign'> {
  return { sign: (message) => Promise.resolve(new Uint8Array(sign(null, message, key))) };
}

async function makeDocument(root: KeyObject, signer: KeyObject, random: Random): Promise<Buffer> {
  const life = { activeFrom: NOW - 60, activeUntil: NOW + 3_540 };
  const keys: PublishedKey[] = ([1, 2, 1] as const).map((suite) => ({
    ...{ suite, ...life, publicKey: new Uint8Array(random.bytes(SUITES[suite].publicBytes)) },
    evidence: random.bytes(random.below(40)),
  }));
  const times = { notBefore: NOW - 3_600, notAfter: NOW + 86_400 };
  const delegation = await makeDelegation({
    ...{ root: signWith(root), realm: REALM, epoch: 4, ...times, signer: rawKey(signer) },
  });
  const document = { delegation, signer: signWith(signer), issuedAt: NOW, expiresAt: NOW + 3_600, keys };
  return Buffer.from(await makeKeyDocument(document));
}
