/** The verdicts as matchers for Jest and Vitest, and as assertions for `node:test` or any other runner. */
import { AssertionError } from 'node:assert';
import {
  judgeCount,
  judgeReceived,
  judgeSealed,
  type ExpectedPayload,
  type Observed,
  type Verdict,
} from './verdicts.js';

/** The argument of `expect.extend` in Jest and Vitest. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** The matchers of `expect(router)` after `expect.extend(routerMatchers)`; for `declare module` in TypeScript. */
export interface RouterMatchers<R = unknown> {
  /** One request, opened, has all of these members. */
  toHaveReceived(expected: ExpectedPayload): Promise<R>;
  /** So many calls for a completion arrived: retries count, fetches of the router's key do not. */
  toHaveReceivedTimes(count: number): R;
  /** The text is nowhere in what went over the wire. */
  toHaveSealed(text: string): R;
}

/**
 * @example
 * ```ts
 * expect.extend(routerMatchers);
 * await expect(router).toHaveReceived({ model: 'm', messages: [{ role: 'user', content: /hello/i }] });
 * expect(router).toHaveReceivedTimes(1);
 * expect(router).toHaveSealed('hello');
 * ```
 */
export const routerMatchers = {
  async toHaveReceived(router: Observed, expected: ExpectedPayload): Promise<MatcherResult> {
    return resultOf(await judgeReceived(router, expected));
  },
  toHaveReceivedTimes(router: Observed, count: number): MatcherResult {
    return resultOf(judgeCount(router, count));
  },
  toHaveSealed(router: Observed, text: string): MatcherResult {
    return resultOf(judgeSealed(router, text));
  },
};

/** @throws {AssertionError} when no request that arrived has all of these members */
export async function assertReceived(router: Observed, expected: ExpectedPayload): Promise<void> {
  demand(await judgeReceived(router, expected), assertReceived);
}

/** @throws {AssertionError} when more or fewer calls for a completion arrived */
export function assertReceivedTimes(router: Observed, count: number): void {
  demand(judgeCount(router, count), assertReceivedTimes);
}

/** @throws {AssertionError} when the text is somewhere in what went over the wire */
export function assertSealed(router: Observed, text: string): void {
  demand(judgeSealed(router, text), assertSealed);
}

function resultOf({ pass, sentence }: Verdict): MatcherResult {
  return { pass, message: () => sentence };
}

function demand({ pass, sentence }: Verdict, stackStartFn: (...args: never[]) => unknown): void {
  if (!pass) throw new AssertionError({ message: sentence, stackStartFn });
}
