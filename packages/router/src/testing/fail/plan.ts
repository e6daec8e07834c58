/** Which request fails, and how: a mode, a list of modes, or a function. */
import type { SeenRequest } from '../http/seen.js';
import {
  KEY_MODES,
  DELIVERY_MODES,
  ENVELOPE_MODES,
  PLAINTEXT_MODES,
  STATUS_MODES,
  type FailModeName,
} from './modes.js';
import { parseMode, type FailMode, type ParsedMode } from './parse.js';

/**
 * One mode: from now on, or for as many requests as its count says. A list: one after the other, each for one request
 * or for its count, then good answers. A mode waits at the head of the list for a request of its own endpoint. A
 * function is asked for every request.
 */
export type FailSpec = FailMode | readonly FailMode[] | ((request: SeenRequest) => FailMode | undefined);

/** The two calls of protocol §1. */
export type Endpoint = 'key' | 'completion';

/** Says for each request which mode it meets. */
export type FailPlan = (endpoint: Endpoint, request: SeenRequest) => ParsedMode | undefined;

const KEY_NAMES: ReadonlySet<string> = new Set(Object.keys(KEY_MODES));

const RANDOM_MODES: readonly string[] = [
  STATUS_MODES,
  ENVELOPE_MODES,
  PLAINTEXT_MODES,
  DELIVERY_MODES,
].flatMap((modes) => Object.keys(modes));

/** Modes that mean one request unless a count says otherwise: a key that changes every time can never be used. */
const ONCE: ReadonlySet<FailModeName> = new Set<FailModeName>(['rotated-key']);

/** @throws {InvalidArgumentError} on a mode that does not exist */
export function createPlan(spec: FailSpec | undefined): FailPlan {
  if (spec === undefined) return () => undefined;
  if (typeof spec === 'function') return functionPlan(spec);
  if (typeof spec !== 'string') return listPlan(spec.map((mode) => armed(parseMode(mode), 1)));
  const mode = parseMode(spec);
  return listPlan([armed(mode, ONCE.has(mode.name) ? 1 : Infinity)]);
}

interface ArmedMode {
  readonly mode: ParsedMode;
  /** The mode for the next request; `random` is another one every time. */
  readonly next: () => ParsedMode;
  left: number;
}

function armed(mode: ParsedMode, defaultCount: number): ArmedMode {
  const next = mode.name === 'random' ? randomModes(Number(mode.argument ?? 1)) : (): ParsedMode => mode;
  return { mode, next, left: mode.count ?? defaultCount };
}

function listPlan(modes: ArmedMode[]): FailPlan {
  return (endpoint) => {
    const [head] = modes;
    if (head === undefined || endpointOf(head.mode) !== endpoint) return undefined;
    head.left -= 1;
    if (head.left === 0) modes.shift();
    return head.next();
  };
}

function functionPlan(pick: (request: SeenRequest) => FailMode | undefined): FailPlan {
  return (endpoint, request) => {
    const text = pick(request);
    const mode = text === undefined ? undefined : armed(parseMode(text), 1).next();
    return mode !== undefined && endpointOf(mode) === endpoint ? mode : undefined;
  };
}

function endpointOf({ name }: ParsedMode): Endpoint {
  return KEY_NAMES.has(name) ? 'key' : 'completion';
}

function randomModes(seed: number): () => ParsedMode {
  const random = mulberry32(seed);
  return () => parseMode(RANDOM_MODES[Math.floor(random() * RANDOM_MODES.length)] ?? 'ok');
}

/** A small generator of 32 bits of state (Tommy Ettinger, public domain): the same seed, the same numbers in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
