/** Clear errors: a code of SPEC 10.1 with its own status, or nothing, whatever a proxy does to the body. */
import { clearError, ERROR_TABLE, readClearError, type ClearErrorClass } from '@nomyo/protocol-v2';
import type { Random } from '../../common/random.js';
import { deepJson, mutate } from '../mutate.js';
import { expect, judge, type Target } from '../target.js';

const CLASSES = Object.entries(ERROR_TABLE).flatMap(([name, entry]) =>
  'status' in entry && isClear(name) ? [name] : [],
);

function isClear(name: string): name is ClearErrorClass {
  return Object.hasOwn(ERROR_TABLE, name);
}

export const clearErrorTarget: Target = {
  name: 'v2 clear error',
  weight: 5,
  runtimes: ['node', 'browser'],
  prepare: () =>
    Promise.resolve({
      attempt: async (random: Random) => {
        const { status, body } = clearError(random.pick(CLASSES));
        const changed = random.oneIn(20) ? deepJson(random) : mutate(Buffer.from(body), random).toString();
        const given = random.pick([status, status, 200, 400, 502]);
        const result = await judge(() => readClearError(given, changed), []);
        const found = 'value' in result ? result.value : undefined;
        if (found === undefined) return 'taken by its status';
        expect(clearError(found).status === given, 'a code is taken with its own status only');
        return 'a code of the table';
      },
    }),
};
