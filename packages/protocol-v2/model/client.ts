/** What an honest client does: takes a document, seals, seals again after `key_unknown`, takes an answer. */
import {
  answerKey,
  contextOf,
  delegation,
  frame,
  keysPart,
  requestHead,
  type Configuration,
  type RequestParts,
} from './protocol.js';
import { REALM, ROOT, type ClientState, type SentRequest, type State, type World } from './state.js';
import { partsOf, publicOf, show, tuple, type Term } from './terms.js';

/** Every way in which a client can go on from here. */
export function clientSteps(world: World, state: State): readonly State[] {
  return state.clients.flatMap((client, index) => [
    ...sendSteps(world, state, client, index),
    ...acceptSteps(world, state, client, index),
  ]);
}

function sendSteps(world: World, state: State, client: ClientState, index: number): readonly State[] {
  const { scenario } = world;
  const isFirst = client.sent.length === 0;
  const maySealAgain = scenario.mayResend && client.sent.length === 1 && client.accepted === undefined;
  if (!isFirst && !maySealAgain) return [];
  const offers = scenario.configurations.filter(
    (offer) => isOffered(world, state, offer) && isTaken(world, client, offer),
  );
  // Sealed again only to another key (SPEC section 9).
  const other = offers.filter(({ key }) => isFirst || key !== client.taken?.key);
  return other.map((configuration) => send(world, state, { client, index, configuration }));
}

/** The network shows what it has, and whatever it can make. */
function isOffered({ rules }: World, { knowledge }: State, offer: Configuration): boolean {
  const isDelegated = !rules.has('root signature') || knowledge.derives(delegation(offer));
  const isSigned = !rules.has('signer signature') || knowledge.derives(keysPart(offer));
  return isDelegated && isSigned && knowledge.derives(publicOf(offer.key));
}

/** SPEC 4.2. */
function isTaken({ rules, scenario }: World, client: ClientState, offer: Configuration): boolean {
  if (rules.has('root signature') && offer.root !== ROOT) return false;
  if (rules.has('realm') && offer.realm !== REALM) return false;
  return !rules.has('epoch') || offer.epoch >= Math.max(scenario.seenEpoch, client.taken?.epoch ?? 0);
}

interface Sending {
  readonly client: ClientState;
  readonly index: number;
  readonly configuration: Configuration;
}

function send({ rules }: World, state: State, { client, index, configuration }: Sending): State {
  const { call, sent } = client;
  const again = String(sent.length);
  const parts: RequestParts = {
    publicKey: publicOf(configuration.key),
    requestId: rules.has('same request id') || sent.length === 0 ? call.requestId : `${call.requestId}'`,
    timestamp:
      (rules.has('same timestamp') ? sent[0]?.parts.timestamp : undefined) ?? `t${String(state.time)}`,
    random: `r-${call.name}-${again}`,
  };
  const { key, secret, enc } = contextOf(rules, parts);
  const frames = [
    frame(rules, key, 0, 'HEAD', requestHead(rules, call)),
    frame(rules, key, 1, 'END', call.body),
  ];
  const clear: Term[] = [];
  if (!rules.has('sealed tier')) clear.push(call.tier);
  if (!rules.has('sealed API key')) clear.push(call.apiKey);
  const message = tuple(parts.publicKey, parts.requestId, parts.timestamp, enc, ...frames, ...clear);
  const request = { parts, secret, enc };
  return {
    ...state,
    knowledge: state.knowledge.with(message),
    clients: state.clients.with(index, { ...client, taken: configuration, sent: [...sent, request] }),
    trace: [
      ...state.trace,
      `${call.name} seals to ${show(configuration.key)} (${configuration.realm}, epoch ${String(configuration.epoch)})`,
    ],
  };
}

function acceptSteps(world: World, state: State, client: ClientState, index: number): readonly State[] {
  const last = client.sent.at(-1);
  if (last === undefined || client.accepted !== undefined) return [];
  return noncesIn(state).flatMap((nonce) =>
    answersUnder(world, state, { client, last, nonce }).map((contents) => ({
      ...state,
      clients: state.clients.with(index, { ...client, accepted: contents }),
      trace: [...state.trace, `${client.call.name} takes ${contents.map(show).join(' ')}`],
    })),
  );
}

/** Response nonces are public: those that were seen, and one of the attacker's own. */
function noncesIn({ knowledge }: State): readonly Term[] {
  return [...knowledge.terms].filter((term) => typeof term === 'string' && /^n\d|^n-own$/u.test(term));
}

interface Expecting {
  readonly client: ClientState;
  readonly last: SentRequest;
  readonly nonce: Term;
}

/** Longest answer that is looked for: HEAD and three more. */
const MAX_FRAMES = 4;

/** Every sequence of frames that the attacker can show and the client takes for a whole answer. */
function answersUnder(
  { rules }: World,
  state: State,
  { client, last, nonce }: Expecting,
): readonly (readonly Term[])[] {
  const { call } = client;
  const key = answerKey(rules, last.secret, last.enc, nonce, call.apiKey);
  const shown = (index: number, type: string): readonly Term[] =>
    contents(state, frame(rules, key, index, type, '?'), key);
  const heads = shown(0, 'HEAD').filter(
    (head) => isHead(head) && (!rules.has('tier echo') || isEcho(head, call.tier)),
  );
  const found: (readonly Term[])[] = [];
  const follow = (sequence: readonly Term[]): void => {
    const index = sequence.length;
    if (!rules.has('end')) found.push(sequence);
    for (const content of shown(index, 'END')) if (!isHead(content)) found.push([...sequence, content]);
    if (index >= MAX_FRAMES - 1) return;
    for (const content of shown(index, 'DATA')) if (!isHead(content)) follow([...sequence, content]);
  };
  for (const head of heads) follow([head]);
  return found;
}

/** Contents that a frame like this one can have: of frames that were seen, and of the attacker's own where he has the key. */
function contents({ knowledge }: State, like: Term, key: Term): readonly Term[] {
  const [, index = '', associated = ''] = partsOf(like, 'sealed') ?? [];
  const seen = [...knowledge.terms].flatMap((term) => {
    const [itsKey, itsIndex, itsAssociated, content] = partsOf(term, 'sealed') ?? [];
    if (
      itsKey === undefined ||
      itsIndex === undefined ||
      itsAssociated === undefined ||
      content === undefined
    ) {
      return [];
    }
    const isLike =
      show(itsKey) === show(key) &&
      show(itsIndex) === show(index) &&
      show(itsAssociated) === show(associated);
    return isLike ? [content] : [];
  });
  const own: readonly Term[] = knowledge.derives(key)
    ? ['forged', tuple('head', 'maximum'), tuple('head', 'standard')]
    : [];
  return [...new Map([...seen, ...own].map((term) => [show(term), term])).values()];
}

const isHead = (content: Term): boolean => show(content).startsWith('tuple(head,');

const isEcho = (head: Term, tier: string): boolean => show(head) === show(tuple('head', tier));
