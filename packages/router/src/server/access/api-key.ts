/**
 * API keys of clients: `nk_ID_SECRET`. The id finds the entry, so that one hash suffices for any number of keys;
 * the secret has 256 bits from the system's generator, so a plain salted hash cannot be brute-forced.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** The server's record of one key: enough to recognize it, not to recreate it. */
export interface ApiKeyEntry {
  /** 16 hexadecimal digits; public. */
  readonly id: string;
  /** The key's holder; never logged. */
  readonly name: string;
  /** 32 hexadecimal digits. */
  readonly salt: string;
  /** SHA-256(salt ‖ key), 64 hexadecimal digits. */
  readonly hash: string;
  /** When it was made; ISO 8601. */
  readonly created: string;
  /** Tiers it may request. Absent: any. */
  readonly tiers?: readonly string[];
  /** Requests per minute. Absent: no limit. */
  readonly perMinute?: number;
}

/** A new key: shown once, then forgotten. */
export interface NewApiKey {
  readonly key: string;
  readonly entry: ApiKeyEntry;
}

const ID_BYTES = 8;
const SALT_BYTES = 16;
const SECRET_BYTES = 32;
const FORM = /^nk_(?<id>[0-9a-f]{16})_[\w-]{43}$/u;

/** Compared against when there is no such entry, so that timing reveals nothing. */
const NOBODY = { salt: '00'.repeat(SALT_BYTES), hash: '00'.repeat(32) };

/** A new key, to be shown once, and the entry with its salted hash. */
export function makeApiKey(options: Pick<ApiKeyEntry, 'name' | 'tiers' | 'perMinute'>, now: Date): NewApiKey {
  const id = randomBytes(ID_BYTES).toString('hex');
  const salt = randomBytes(SALT_BYTES).toString('hex');
  const key = `nk_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return {
    key,
    entry: { id, ...options, salt, hash: hashOf(salt, key).toString('hex'), created: now.toISOString() },
  };
}

/** The entry that a key belongs to, or `undefined`. Takes the same time for any secret. */
export function findApiKey(entries: ReadonlyMap<string, ApiKeyEntry>, key: string): ApiKeyEntry | undefined {
  const id = FORM.exec(key)?.groups?.['id'];
  const entry = id === undefined ? undefined : entries.get(id);
  const { salt, hash } = entry ?? NOBODY;
  const isRight = timingSafeEqual(hashOf(salt, key), fromHex(hash));
  return isRight ? entry : undefined;
}

function hashOf(salt: string, key: string): Uint8Array & { toString(encoding: 'hex'): string } {
  return createHash('sha256').update(fromHex(salt)).update(key, 'utf8').digest();
}

function fromHex(hex: string): Uint8Array {
  // eslint-disable-next-line nomyo/no-heap-secrets -- salts and hashes are no secrets
  return Buffer.from(hex, 'hex');
}
