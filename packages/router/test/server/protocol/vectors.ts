/** Vectors of protocol 2 that another implementation has made. */
import { readFileSync } from 'node:fs';
import { SecureByteContext } from '@nomyo/crypto';
import { classicKey, hybridKey, importClassicPair, type HpkeKey } from '../../../src/server/protocol/hpke.js';

export interface KemKeyVector {
  readonly key_id: string;
  readonly suite: 1 | 2;
  readonly private: string;
  readonly public: string;
  readonly active_from: number;
  readonly active_until: number;
}

export interface RequestVector {
  readonly name: string;
  readonly key_id: string;
  readonly now: number;
  readonly expect: string;
  readonly message: string;
  readonly request_id: string;
  readonly head: Readonly<Record<string, string>>;
  readonly body: string;
  readonly response_secret: string;
  readonly enc: string;
}

export interface BadRequestVector {
  readonly name: string;
  readonly now: number;
  readonly max_request: number;
  readonly path_key_id?: string;
  readonly expect: string;
  readonly message: string;
}

export interface ResponseVector {
  readonly name: string;
  readonly response_secret: string;
  readonly enc: string;
  readonly response_nonce: string;
  readonly message: string;
  readonly frames: readonly {
    readonly type: 1 | 2 | 3 | 4;
    readonly content: string;
    readonly padded_to: number;
  }[];
}

export interface ReplayVector {
  readonly now: number;
  readonly message: string;
  readonly expect: 'new' | 'stored' | 'duplicate' | 'replayed';
  readonly then: string;
}

interface Vectors {
  readonly kem_keys: readonly KemKeyVector[];
  readonly requests: readonly RequestVector[];
  readonly bad_requests: readonly BadRequestVector[];
  readonly responses: readonly ResponseVector[];
  readonly replays: readonly ReplayVector[];
  readonly padme: readonly (readonly [number, number])[];
}

export const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/v2.json', import.meta.url), 'utf8'),
) as Vectors;

export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The private keys of the vectors, ready to open with. */
export function keysOfVectors(): Promise<readonly HpkeKey[]> {
  return Promise.all(
    vectors.kem_keys.map(async (key) => {
      const life = { activeFrom: key.active_from, activeUntil: key.active_until };
      if (key.suite === 1) return hybridKey(life, new SecureByteContext(hex(key.private)));
      return classicKey(life, await importClassicPair(hex(key.private), hex(key.public)));
    }),
  );
}
