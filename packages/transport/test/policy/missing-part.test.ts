/** A page whose server has another build by now: what repeats attempts cannot be loaded. */
import { expect, it, jest } from '@jest/globals';
import { APIConnectionError } from '../../src/errors/errors.js';

jest.unstable_mockModule('../../src/policy/repeat.js', () => {
  throw new TypeError('Failed to fetch dynamically imported module');
});
const { withRetries } = await import('../../src/policy/retry.js');

it('leaves it at the first attempt, with the error of that', async () => {
  const failure = new APIConnectionError('broken', { possiblyExecuted: false });
  const attempts: number[] = [];
  const attempt = (number: number): Promise<never> => {
    attempts.push(number);
    return Promise.reject(failure);
  };
  await expect(withRetries(attempt, { maxRetries: 3 })).rejects.toBe(failure);
  expect(attempts).toEqual([1]);
});
