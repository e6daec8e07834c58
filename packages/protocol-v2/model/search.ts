/** Goes through every state that can be reached, breadth first, and stops at the first in which a claim does not hold. */
import { broken, type Claim } from './claims.js';
import { clientSteps } from './client.js';
import { gatewaySteps } from './gateway.js';
import { Knowledge } from './knowledge.js';
import { publicOf, type Term } from './terms.js';
import { textOf, type State, type World } from './state.js';

/** What a search found. */
export interface Verdict {
  /** States that were looked at. */
  readonly states: number;
  /** The claim that does not hold, and how it comes to that. */
  readonly broken?: { readonly claim: Claim; readonly trace: readonly string[] };
}

/** More than any of our worlds has: a search that gets here says so, and proves nothing. */
const MAX_STATES = 200_000;

/** @throws when there are more states than any of our worlds has */
export function search(world: World): Verdict {
  const seen = new Set<string>();
  let level: readonly State[] = [beginning(world)];
  while (level.length > 0) {
    const next: State[] = [];
    for (const state of level) {
      const text = textOf(state);
      if (seen.has(text)) continue;
      seen.add(text);
      const claim = broken(world, state);
      if (claim !== undefined) return { states: seen.size, broken: { claim, trace: state.trace } };
      next.push(...clientSteps(world, state), ...gatewaySteps(world, state), ...timeSteps(world, state));
    }
    if (seen.size > MAX_STATES) {
      throw new Error(`${world.scenario.name} has more than ${String(MAX_STATES)} states`);
    }
    level = next;
  }
  return { states: seen.size };
}

/** Names that everybody knows or can make up. */
const PUBLIC: readonly Term[] = [
  'HEAD',
  'DATA',
  'END',
  'any type',
  'head',
  'standard',
  'maximum',
  'chat',
  'list',
  'request',
];
const MADE_UP: readonly Term[] = [
  'id-own',
  'body-own',
  'r-own',
  'n-own',
  'forged',
  't0',
  'in the clear',
  'no header',
];
const LABELS: readonly Term[] = [
  'response',
  'answer',
  'no nonce',
  'delegation',
  'keys',
  '#',
  '#0',
  '#1',
  '#2',
  '#3',
];
const NAMES: readonly Term[] = ['realm', 'other realm', 'epoch 1', 'epoch 2'];

function beginning({ scenario }: World): State {
  const { gatewayKeys, known, calls } = scenario;
  const seen = [...PUBLIC, ...MADE_UP, ...LABELS, ...NAMES, ...known, ...gatewayKeys.map(publicOf)];
  return {
    time: 0,
    knowledge: Knowledge.of(seen),
    clients: calls.map((call) => ({ call, taken: undefined, sent: [], accepted: undefined })),
    keys: gatewayKeys,
    map: new Map(),
    runs: [],
    trace: [],
  };
}

/** Time passes: the window closes, then the keys are over; then whoever robs the gateway finds what is left. */
function timeSteps({ rules, scenario }: World, state: State): readonly State[] {
  if (state.time >= scenario.lastTime) return [];
  const time = state.time + 1;
  const isOver = time === 2;
  const keys = isOver && rules.has('destruction') ? [] : state.keys;
  const robbed = isOver && scenario.isGatewayRobbed ? [...keys, 'signer1'] : [];
  return [
    {
      ...state,
      time,
      keys,
      // Entries live as long as what they answer could be sent again (SPEC section 9).
      map: new Map(),
      knowledge: state.knowledge.with(`t${String(time)}`, ...robbed),
      trace: [...state.trace, isOver ? 'the keys are over' : 'the window is over'],
    },
  ];
}
