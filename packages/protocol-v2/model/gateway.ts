/** What the gateway does with whatever the network delivers (SPEC 7.3, 8, 9). */
import {
  answerKey,
  contextOf,
  frame,
  headerOf,
  requestHead,
  type Call,
  type RequestParts,
} from './protocol.js';
import type { Run, State, World } from './state.js';
import { encapsulation, partsOf, publicOf, show, tuple, type Term } from './terms.js';

/** A request that opened. */
interface Opened {
  readonly parts: RequestParts;
  readonly secret: Term;
  readonly head: Pick<Call, 'apiKey' | 'tier' | 'kind'>;
  readonly body: Term;
}

/** Every message that the network can deliver, and the gateway opens. */
export function gatewaySteps(world: World, state: State): readonly State[] {
  if (state.runs.length >= world.scenario.deliveries) return [];
  return openable(world, state).flatMap((request) => take(world, state, request));
}

function openable(world: World, state: State): readonly Opened[] {
  return state.keys.flatMap((key) =>
    headersFor(world, state, publicOf(key)).flatMap((parts) => openedUnder(world, state, parts)),
  );
}

/** Request ids, timestamps and encapsulations that were seen, in every combination; and the attacker's own. */
function headersFor({ rules }: World, state: State, publicKey: Term): readonly RequestParts[] {
  const terms = [...state.knowledge.terms];
  const named = (pattern: RegExp): readonly Term[] =>
    terms.filter((term) => typeof term === 'string' && pattern.test(term));
  const randoms = terms.flatMap((term) => {
    const [itsKey, random] = partsOf(term, 'enc') ?? [];
    return itsKey !== undefined && random !== undefined && show(itsKey) === show(publicKey) ? [random] : [];
  });
  const own = state.knowledge.derives(encapsulation(publicKey, 'r-own')) ? ['r-own'] : [];
  const now = `t${String(state.time)}`;
  const times = named(/^t\d$/u).filter((time) => !rules.has('timestamp') || time === now);
  return named(/^id/u).flatMap((requestId) =>
    times.flatMap((timestamp) =>
      [...randoms, ...own].map((random) => ({ publicKey, requestId, timestamp, random })),
    ),
  );
}

function openedUnder(
  { rules, scenario }: World,
  { knowledge }: State,
  parts: RequestParts,
): readonly Opened[] {
  const { key, secret } = contextOf(rules, parts);
  const isOwn = knowledge.derives(key);
  const at = (index: number, type: string): ReadonlyMap<string, Term> => {
    const [, nonce = '', associated = ''] = partsOf(frame(rules, key, index, type, '?'), 'sealed') ?? [];
    const found = new Map<string, Term>();
    for (const term of knowledge.terms) {
      const [itsKey, itsNonce, itsAssociated, content] = partsOf(term, 'sealed') ?? [];
      if (
        itsKey === undefined ||
        itsNonce === undefined ||
        itsAssociated === undefined ||
        content === undefined
      ) {
        continue;
      }
      const isHere =
        show(itsKey) === show(key) &&
        show(itsNonce) === show(nonce) &&
        show(itsAssociated) === show(associated);
      if (isHere) found.set(show(content), content);
    }
    return found;
  };
  const [heads, bodies] = [at(0, 'HEAD'), at(1, 'END')];
  return possibleHeads(rules, scenario.apiKeys, knowledge).flatMap((head) => {
    const content = requestHead(rules, head);
    if (!heads.has(show(content)) && !(isOwn && knowledge.derives(content))) return [];
    const own: readonly Term[] = isOwn ? ['body-own'] : [];
    return [...bodies.values(), ...own]
      .filter((body) => !isTuple(body))
      .map((body) => ({ parts, secret, head, body }));
  });
}

const isTuple = (term: Term): boolean => partsOf(term, 'tuple') !== undefined;

/** What a head may say; what a mutant leaves in the clear is the network's to choose, as far as it knows it. */
function possibleHeads(
  rules: World['rules'],
  apiKeys: readonly string[],
  knowledge: State['knowledge'],
): readonly Opened['head'][] {
  const offered = rules.has('sealed API key')
    ? apiKeys
    : apiKeys.filter((apiKey) => knowledge.derives(apiKey));
  return offered.flatMap((apiKey) =>
    (['standard', 'maximum'] as const).flatMap((tier) =>
      (['chat', 'list'] as const).map((kind) => ({ apiKey, tier, kind })),
    ),
  );
}

/** SPEC section 9: what ran is not run again. */
function take(world: World, state: State, request: Opened): readonly State[] {
  const { rules } = world;
  const { parts, head } = request;
  const mapKey = show(tuple(head.apiKey, parts.requestId));
  const fingerprint = show(tuple(headerOf(parts), encapsulation(parts.publicKey, parts.random)));
  const isMapped = rules.has('map') && head.kind === 'chat';
  // A resend gives what is known already; another header or enc a sealed error, which no honest client waits for.
  if (isMapped && state.map.has(mapKey)) return [];
  const map = isMapped ? new Map([...state.map, [mapKey, fingerprint]]) : state.map;
  const tiers = new Set([head.tier, ...(world.scenario.mayLowerTier ? (['standard'] as const) : [])]);
  return [...tiers].map((tier) => run(rules, { ...state, map }, request, tier));
}

/** @param tier that is applied */
function run(rules: World['rules'], state: State, request: Opened, tier: Call['tier']): State {
  const { parts, head, body } = request;
  const number = String(state.runs.length);
  const answer = [tuple('head', tier), `answer${number}-a`, `answer${number}-b`];
  const ran: Run = { requestId: parts.requestId, body, ...head, tier, answer };
  return {
    ...state,
    knowledge: state.knowledge.with(sealedAnswer(rules, request, answer, `n${number}`)),
    runs: [...state.runs, ran],
    trace: [
      ...state.trace,
      `the gateway runs ${show(body)} for ${head.apiKey}, id ${show(parts.requestId)}, tier ${tier}`,
    ],
  };
}

function sealedAnswer(rules: World['rules'], request: Opened, answer: readonly Term[], nonce: string): Term {
  const { secret, parts, head } = request;
  const enc = encapsulation(parts.publicKey, parts.random);
  const key = answerKey(rules, secret, enc, nonce, head.apiKey);
  const frames = answer.map((content, index) => {
    const type = index === 0 ? 'HEAD' : index === answer.length - 1 ? 'END' : 'DATA';
    return frame(rules, key, index, type, content);
  });
  return tuple(nonce, ...frames);
}
