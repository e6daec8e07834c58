/** `pnpm model:v2`: the claims of SPEC section 16 in every world, and every mutant found. Exit 1 when one is not as it must be. */
import { ALL_RULES, MUTANTS, rulesWithout, type Mutant } from './mutants.js';
import { SCENARIOS } from './scenarios.js';
import { search } from './search.js';

function checkClaims(): boolean {
  const worlds = Object.values(SCENARIOS).map((scenario) => {
    const { states, broken } = search({ scenario, rules: ALL_RULES });
    console.log(`${broken === undefined ? 'holds' : 'BROKEN'}  ${scenario.name}: ${String(states)} states`);
    if (broken !== undefined) console.log([`        ${broken.claim}`, ...broken.trace].join('\n        '));
    return broken === undefined;
  });
  return worlds.every(Boolean);
}

function checkMutant({ without, scenario, breaks }: Mutant): boolean {
  const { broken } = search({ scenario: SCENARIOS[scenario], rules: rulesWithout(without) });
  const isFound = broken?.claim === breaks;
  console.log(
    `${isFound ? 'found' : 'NOT FOUND'}  without "${without}": ${broken?.claim ?? 'nothing is broken'}`,
  );
  if (broken !== undefined) console.log(`        ${broken.trace.join('\n        ')}`);
  return isFound;
}

const holds = checkClaims();
const found = MUTANTS.map(checkMutant);
process.exitCode = holds && found.every(Boolean) ? 0 : 1;
