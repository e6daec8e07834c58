/**
 * A fleet behind a load balancer that knows nothing of key ids: every router publishes the keys of all routers, and
 * forwards requests sealed to another router's key. Private keys never leave the process that made them. What routers
 * share through Redis is public, and signed by the signer that all of them hold.
 */
import { randomBytes } from 'node:crypto';
import { equalBytes, isBytes, utf8Decode } from '@nomyo/base';
import { decodeBase64, encodeBase64 } from '@nomyo/crypto';
import { isObject } from '../json/values.js';
import { inspectKeyDocument, type InspectedDocument, type PublicKemKey } from '@nomyo/protocol-v2';
import type { RedisClient } from '../replay/redis-map.js';

/** The announcement of one router. */
interface Announcement {
  /** `host:port` of its listener for peers. */
  readonly address: string;
  /** Its own key configuration, in base64. */
  readonly document: string;
}

/** A key of another router. */
export interface PeerKey extends PublicKemKey {
  readonly address: string;
}

/** The known other routers of the realm. */
export interface Peers {
  readonly keys: readonly PeerKey[];
  /** Highest issued_at of their documents: ours must not be older (SPEC §4.2, 5). */
  readonly issuedAt: number;
  addressOf(keyId: string): string | undefined;
  /** Called when it cannot be reached: its keys are no longer published. */
  forget(address: string): void;
}

/** A router by itself. */
export const NO_PEERS: Peers = {
  keys: [],
  issuedAt: 0,
  addressOf: () => undefined,
  forget: () => undefined,
};

/** The state that a router shares with its fleet, and the Redis for it. */
export interface RegistryOptions {
  readonly redis: RedisClient;
  readonly realm: string;
  /** Of the signer; 32 bytes. A document that another one signed is ignored. */
  readonly signer: Uint8Array;
  /** The keys of this router alone. */
  readonly ownDocument: () => Promise<Uint8Array>;
  readonly onTrouble: (message: string) => void;
}

/** How often a router announces itself, and how long an announcement is valid, in ms. */
const ANNOUNCE_MS = 1_000;
const HOLDS_MS = 5_000;

/** KEYS: set of routers, own announcement. ARGV: own id, the announcement, ms it holds. Returns all valid ones. */
const ANNOUNCE = `
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
redis.call('SADD', KEYS[1], ARGV[1])
local all = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local one = redis.call('GET', KEYS[1] .. ':' .. id)
  if one then
    if id ~= ARGV[1] then table.insert(all, one) end
  else
    redis.call('SREM', KEYS[1], id)
  end
end
return all`;

const LEAVE = `redis.call('DEL', KEYS[2]) return redis.call('SREM', KEYS[1], ARGV[1])`;

/** Publishes the keys of this router, and learns those of the others. */
export class Registry implements Peers {
  readonly #options: RegistryOptions;
  readonly #id = randomBytes(8).toString('hex');
  #keys: readonly PeerKey[] = [];
  #issuedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  get keys(): readonly PeerKey[] {
    return this.#keys;
  }

  get issuedAt(): number {
    return this.#issuedAt;
  }

  addressOf(keyId: string): string | undefined {
    return this.#keys.find((key) => key.keyId === keyId)?.address;
  }

  forget(address: string): void {
    this.#keys = this.#keys.filter((key) => key.address !== address);
  }

  /**
   * Announces this router and discovers the others, repeatedly.
   *
   * @param address `host:port` at which other routers reach this one
   */
  async start(address: string): Promise<void> {
    try {
      await this.#announce(address);
    } catch {
      this.#options.onTrouble('the other routers are not known: Redis is away');
    }
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.start(address), ANNOUNCE_MS);
    this.#timer.unref();
  }

  /** Withdraws this router's keys from what the others publish. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    try {
      await this.#call(LEAVE, []);
    } catch {
      // The announcement expires by itself.
    }
  }

  async #announce(address: string): Promise<void> {
    const { ownDocument } = this.#options;
    const document = encodeBase64(await ownDocument());
    const all = await this.#call(ANNOUNCE, [JSON.stringify({ address, document }), HOLDS_MS]);
    await this.#learn(Array.isArray(all) ? all : []);
  }

  #call(script: string, args: readonly (string | number)[]): Promise<unknown> {
    const set = `nomyo:{${this.#options.realm}}:routers`;
    return this.#options.redis.callBuffer('EVAL', script, 2, set, `${set}:${this.#id}`, this.#id, ...args);
  }

  async #learn(announcements: readonly unknown[]): Promise<void> {
    const keys: PeerKey[] = [];
    for (const one of announcements) {
      const announcement = isBytes(one) ? readAnnouncement(utf8Decode(one)) : undefined;
      const document = announcement === undefined ? undefined : await this.#trusted(announcement);
      if (announcement === undefined || document === undefined) continue;
      this.#issuedAt = Math.max(this.#issuedAt, document.issuedAt);
      for (const key of document.keys) keys.push({ ...key, address: announcement.address });
    }
    this.#keys = keys;
  }

  /** Write access to Redis must not be enough to inject a key. */
  async #trusted({ document }: Announcement): Promise<InspectedDocument | undefined> {
    const { realm, signer } = this.#options;
    const read = await documentIn(document);
    const isOurs = read?.isSigned === true && read.realm === realm;
    return isOurs && equalBytes(read.signer, signer) ? read : undefined;
  }
}

function readAnnouncement(text: string): Announcement | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return undefined;
    const { address, document } = value;
    return typeof address === 'string' && typeof document === 'string' ? { address, document } : undefined;
  } catch {
    return undefined;
  }
}

async function documentIn(base64: string): Promise<InspectedDocument | undefined> {
  try {
    return await inspectKeyDocument(decodeBase64(base64));
  } catch {
    return undefined;
  }
}
