/** What SPEC section 16 promises, as properties of every state. */
import type { State, World } from './state.js';
import { isSame, show, type Term } from './terms.js';

export type Claim =
  | 'what an honest client asks stays secret'
  | 'the API key of an honest client stays secret'
  | 'the answer to an honest client stays secret'
  | 'an answer that is taken is the gateway’s, to this very request, whole'
  | 'a request runs at the tier that it asked for'
  | 'a tier that is taken for applied was applied'
  | 'a call runs once at most';

/** The first claim that does not hold, or `undefined`. */
export function broken(world: World, state: State): Claim | undefined {
  return CHECKS.find(({ holds }) => !holds(world, state))?.claim;
}

const CHECKS: readonly { readonly claim: Claim; readonly holds: (world: World, state: State) => boolean }[] =
  [
    {
      claim: 'the API key of an honest client stays secret',
      holds: (_, { knowledge, clients }) => clients.every(({ call }) => !knowledge.derives(call.apiKey)),
    },
    {
      claim: 'what an honest client asks stays secret',
      holds: (_, { knowledge, clients }) => clients.every(({ call }) => !knowledge.derives(call.body)),
    },
    {
      claim: 'the answer to an honest client stays secret',
      holds: (_, state) =>
        honestRuns(state).every(({ answer }) =>
          answer.slice(1).every((part) => !state.knowledge.derives(part)),
        ),
    },
    {
      claim: 'a request runs at the tier that it asked for',
      holds: ({ scenario }, state) => scenario.mayLowerTier || runsAsAsked(state),
    },
    { claim: 'a tier that is taken for applied was applied', holds: (_, state) => holdsTiers(state) },
    {
      claim: 'an answer that is taken is the gateway’s, to this very request, whole',
      holds: (_, state) => holdsAgreement(state),
    },
    { claim: 'a call runs once at most', holds: (_, state) => holdsOnce(state) },
  ];

/** Runs of what honest clients asked: their bodies are names of their own. */
function honestRuns({ runs, clients }: State): State['runs'] {
  return runs.filter(({ body }) => clients.some(({ call }) => isSame(call.body, body)));
}

function holdsAgreement({ clients, runs }: State): boolean {
  return clients.every(
    ({ call, accepted }) =>
      accepted === undefined ||
      runs.some(
        (run) =>
          isSame(run.body, call.body) && isSame(run.apiKey, call.apiKey) && isSameList(run.answer, accepted),
      ),
  );
}

function runsAsAsked({ clients, runs }: State): boolean {
  return runs.every(({ body, tier }) =>
    clients.every(({ call }) => !isSame(call.body, body) || call.tier === tier),
  );
}

/** Whoever got an answer knows which tier its run had. */
function holdsTiers({ clients, runs }: State): boolean {
  return clients.every(({ call, accepted }) => {
    if (accepted === undefined) return true;
    return runs.every((run) => !isSame(run.body, call.body) || run.tier === call.tier);
  });
}

function holdsOnce(state: State): boolean {
  const chats = honestRuns(state).filter(({ kind }) => kind === 'chat');
  return new Set(chats.map(({ body }) => show(body))).size === chats.length;
}

function isSameList(one: readonly Term[], other: readonly Term[]): boolean {
  return one.map(show).join(' ') === other.map(show).join(' ');
}
