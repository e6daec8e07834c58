/** Every case of a vector file, group by group. */
import { checkConfiguration, checkPadme } from './configurations.js';
import { Case, VectorError } from './file.js';
import { keysOf } from './keys.js';
import { replayChecker } from './replays.js';
import { checkBadRequest, checkRequest } from './requests.js';
import { checkBadResponse, checkLarge, checkResponse } from './responses.js';

/** The outcome of a group. */
export interface GroupResult {
  /** Its name in the file. */
  readonly name: string;
  readonly count: number;
  /** The first case that differs, and how. */
  readonly failure?: string;
}

type Check = (value: unknown) => string | undefined | Promise<string | undefined>;

const FACTS = ['about', 'realm', 'now', 'root', 'signer', 'kem_keys'];

/** @throws {VectorError} on a file without cases, or with something else */
export async function runVectors(file: Case): Promise<readonly GroupResult[]> {
  const keys = file.has('kem_keys') ? await keysOf(file) : new Map<string, never>();
  const ofCase = (check: (vector: Case) => string | undefined | Promise<string | undefined>): Check =>
    (value) => check(new Case(value));
  const groups: Readonly<Record<string, Check>> = {
    padme: checkPadme,
    configurations: ofCase(checkConfiguration),
    requests: ofCase((vector) => checkRequest(vector, keys)),
    bad_requests: ofCase((vector) => checkBadRequest(vector, keys)),
    responses: ofCase(checkResponse),
    bad_responses: ofCase(checkBadResponse),
    large: ofCase(checkLarge),
    replays: ofCase(replayChecker(keys)),
  };
  const unknown = file.names.find((name) => !FACTS.includes(name) && !Object.hasOwn(groups, name));
  if (unknown !== undefined) throw new VectorError(`"${unknown}" is no group of cases`);
  const results: GroupResult[] = [];
  for (const [name, check] of Object.entries(groups)) {
    if (file.has(name)) results.push(await runGroup(name, file.values(name), check));
  }
  if (results.every(({ count }) => count === 0)) throw new VectorError('the file holds no cases');
  return results;
}

async function runGroup(name: string, cases: readonly unknown[], check: Check): Promise<GroupResult> {
  for (const [index, value] of cases.entries()) {
    const failure = await outcomeOf(value, check);
    if (failure !== undefined) return { name, count: cases.length, failure: `${titleOf(value, index)}: ${failure}` };
  }
  return { name, count: cases.length };
}

/** An error that no case expects is a difference too. */
async function outcomeOf(value: unknown, check: Check): Promise<string | undefined> {
  try {
    return await check(value);
  } catch (error) {
    return error instanceof Error ? error.message : 'threw what is no error';
  }
}

function titleOf(value: unknown, index: number): string {
  const name: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'name') : undefined;
  return typeof name === 'string' ? `"${name}"` : `case ${String(index)}`;
}
