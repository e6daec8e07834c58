// Rules that hold for every library, whatever else it makes of a case.
import { ANSWERS, CASES } from './clients/cases.mjs';

/**
 * @param {object} tried what `run` found with one library
 * @param {object} library of LIBRARIES
 * @param {string} prompt that may be nowhere
 * @returns {string[]} what is wrong, a line each
 */
export function faultsOf({ cases, printed, code }, { lacks = [], answers = {} }, prompt) {
  const faults = CASES.filter(({ name }) => !lacks.includes(name)).flatMap((test) => {
    const outcome = cases.get(test.name);
    if (outcome === undefined) return [`${test.name}: it did not come to an end`];
    return faultsOfCase(test, outcome, { ...ANSWERS, ...answers }).map((fault) => `${test.name}: ${fault}`);
  });
  if (code !== 0) faults.push(`its process ended with ${String(code)}: ${printed.replaceAll(prompt, '…')}`);
  if (printed.includes(prompt)) faults.push('it printed the prompt');
  return faults;
}

function faultsOfCase({ call, expect }, { text, error, requests, leaks }, answers) {
  const faults = leaks.map((place) => `the prompt is in its ${place}`);
  if (expect.ok && text !== answers[call]) faults.push(`gave ${JSON.stringify(text ?? error)}`);
  if (expect.ok && requests !== (call === 'tools' ? (answers.rounds ?? 2) : 1)) {
    faults.push(`took ${String(requests)} requests`);
  }
  const mustFail = expect.failed === true || expect.status !== undefined;
  if (mustFail && error === undefined) faults.push('ended without an error');
  for (const fact of ['status', 'code']) {
    if (expect[fact] !== undefined && error?.[fact] !== expect[fact]) {
      faults.push(`has ${fact} ${String(error?.[fact])} instead of ${String(expect[fact])}`);
    }
  }
  if (expect.requests !== undefined && requests !== expect.requests) {
    faults.push(`took ${String(requests)} requests instead of ${String(expect.requests)}`);
  }
  return faults;
}
