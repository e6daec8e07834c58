/** The protocol without one of its rules: where a claim must be found broken, or the model proves nothing. */
import type { Claim } from './claims.js';
import type { Rule, Rules } from './protocol.js';
import type { ScenarioName } from './scenarios.js';

export interface Mutant {
  readonly without: Rule;
  readonly scenario: ScenarioName;
  /** What is broken then. */
  readonly breaks: Claim;
}

const ANSWER = 'the answer to an honest client stays secret';
const AGREED = 'an answer that is taken is the gateway’s, to this very request, whole';
const TIER = 'a tier that is taken for applied was applied';
const ASKED = 'a request runs at the tier that it asked for';
const ONCE = 'a call runs once at most';
const API_KEY = 'the API key of an honest client stays secret';

export const MUTANTS: readonly Mutant[] = [
  { without: 'root signature', scenario: 'configurations', breaks: API_KEY },
  { without: 'signer signature', scenario: 'configurations', breaks: API_KEY },
  { without: 'realm', scenario: 'configurations', breaks: API_KEY },
  { without: 'epoch', scenario: 'revoked', breaks: API_KEY },
  { without: 'destruction', scenario: 'secrecy', breaks: API_KEY },
  { without: 'frame index', scenario: 'exchange', breaks: API_KEY },
  { without: 'frame type', scenario: 'exchange', breaks: AGREED },
  { without: 'end', scenario: 'exchange', breaks: AGREED },
  { without: 'sealed tier', scenario: 'exchange', breaks: ASKED },
  { without: 'sealed API key', scenario: 'exchange', breaks: API_KEY },
  { without: 'bound header', scenario: 'replays', breaks: ONCE },
  { without: 'timestamp', scenario: 'replays', breaks: ONCE },
  { without: 'answer key', scenario: 'exchange', breaks: AGREED },
  { without: 'response nonce', scenario: 'lists', breaks: ANSWER },
  { without: 'map', scenario: 'replays', breaks: ONCE },
  { without: 'same request id', scenario: 'resealed', breaks: ONCE },
  { without: 'same timestamp', scenario: 'delayed', breaks: ONCE },
  { without: 'tier echo', scenario: 'lowered', breaks: TIER },
];

/** Every rule of the protocol. */
export const ALL_RULES: Rules = new Set(MUTANTS.map(({ without }) => without));

export const rulesWithout = (rule: Rule): Rules => new Set([...ALL_RULES].filter((one) => one !== rule));
