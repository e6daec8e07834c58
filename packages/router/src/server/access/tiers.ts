/** The models and the upstream of each tier. */
import { UsageError } from '../../usage-error.js';
import type { NamedFile } from '../files/private-file.js';
import { isObject, TIERS, type JsonObject, type Tier } from '../json/values.js';

/** Where requests of a tier go. */
export interface TierRoute {
  /** Origin, or base URL, of an OpenAI-compatible server. */
  readonly upstream: string;
  /** `undefined`: any. */
  readonly models: readonly string[] | undefined;
}

/** Tiers not listed are refused; `untiered` is for requests that name none. */
export type TierTable = ReadonlyMap<Tier | 'untiered', TierRoute>;

const MEMBERS: readonly string[] = ['models', 'upstream'];

/** Without `--tiers`: every tier goes to one upstream, and is echoed. */
export function oneUpstream(upstream: string): TierTable {
  return new Map([...TIERS, 'untiered' as const].map((tier) => [tier, { upstream, models: undefined }]));
}

/**
 * The file of `--tiers`: `{ "high": { "models": ["m"], "upstream": "http://…" } }`. Both members are optional: the
 * defaults are any model, and the server of `--upstream`. Requests without a tier are treated as `standard`.
 *
 * @throws {UsageError} naming the invalid member
 */
export function decodeTiers(file: NamedFile, content: Uint8Array, fallback: string | undefined): TierTable {
  const document = parse(content);
  const wrong = (what: string): UsageError => new UsageError(`${file.option} ${file.path}: ${what}`);
  if (!isObject(document)) throw wrong('must be one JSON object with a member for each tier');
  const table = new Map<Tier | 'untiered', TierRoute>();
  for (const [name, entry] of Object.entries(document)) {
    const tier = TIERS.find((known) => known === name);
    if (tier === undefined) throw wrong(`"${name}" is no tier; expected one of ${TIERS.join(', ')}`);
    if (!isObject(entry)) throw wrong(`"${name}" must be an object with "models" and "upstream"`);
    table.set(
      tier,
      routeOf(entry, fallback, (what) => wrong(`"${name}" ${what}`)),
    );
  }
  if (table.size === 0) throw wrong('names no tier, so that every request would be refused');
  const standard = table.get('standard');
  if (standard !== undefined) table.set('untiered', standard);
  return table;
}

function routeOf(
  entry: JsonObject,
  fallback: string | undefined,
  wrong: (what: string) => UsageError,
): TierRoute {
  const unknown = Object.keys(entry).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined) {
    throw wrong(`has an unknown member "${unknown}"; expected ${MEMBERS.join(', ')}`);
  }
  const { models, upstream = fallback } = entry;
  if (typeof upstream !== 'string') throw wrong('needs an "upstream", or --upstream for all tiers');
  if (models === undefined) return { upstream, models: undefined };
  if (!Array.isArray(models) || models.length === 0 || !models.every(isName)) {
    throw wrong('has "models" that are no list of names; leave it out to allow any');
  }
  return { upstream, models };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function parse(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch {
    return undefined;
  }
}
