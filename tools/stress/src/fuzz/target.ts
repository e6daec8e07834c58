/** A target of bad input, and how its reactions are judged. */
import { NomyoError, type NomyoErrorCode } from '@nomyo/crypto/errors';
import type { Random } from '../common/random.js';

/** Which side of the conditional imports is under attack. */
export type Runtime = 'node' | 'browser';

/** One thing that takes input from outside. */
export interface Target {
  readonly name: string;
  /** Its share of the cases, among all of the runtime. */
  readonly weight: number;
  readonly runtimes: readonly Runtime[];
  /** Makes what all cases share: keys, files, servers. */
  readonly prepare: (random: Random) => Promise<Attack>;
}

/** A target that is ready. */
export interface Attack {
  /**
   * Tries one bad input.
   *
   * @returns how it was taken, in a few words
   * @throws {Finding} when it was taken wrongly; anything else that is thrown is a finding too
   */
  attempt(random: Random): Promise<string>;
  close?(): Promise<void>;
}

/** The result, or the code of the error. */
export type Verdict<T> = { readonly value: T } | { readonly code: NomyoErrorCode };

/** Something that must not be. Its message says what was expected. */
class Finding extends Error {
  override readonly name: string = 'Finding';
}

/** Longest time that one input may keep the SDK busy, in ms. */
const LIMIT_MS = 1000;

/** A machine with twenty other things to do is slow several times in a row; what hangs is slow every time. */
const ATTEMPTS = 5;

/** Longest message of an error, in characters: a hostile input must not flood a log. */
const MAX_MESSAGE = 600;

/** Line ends, escapes and characters that turn text around: what must never get from an input into a log. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/**
 * The result of `task`, or the code of its error.
 *
 * @param task is run again when it was slow
 * @throws {Finding} when the error is not the SDK's, has another code than these, or a message unfit for a log, or
 *   when it takes too long
 */
export async function judge<T>(
  task: () => Promise<T> | T,
  allowed: readonly NomyoErrorCode[],
): Promise<Verdict<T>> {
  let slowest = 0;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { elapsedMs, verdict } = await timed(task, allowed);
    if (elapsedMs <= LIMIT_MS) return verdict;
    slowest = Math.max(slowest, elapsedMs);
  }
  throw new Finding(`it took ${slowest.toFixed(0)} ms, ${String(ATTEMPTS)} times`);
}

async function timed<T>(
  task: () => Promise<T> | T,
  allowed: readonly NomyoErrorCode[],
): Promise<{ readonly verdict: Verdict<T>; readonly elapsedMs: number }> {
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  try {
    const value = await task();
    return { verdict: { value }, elapsedMs: elapsed() };
  } catch (error) {
    const elapsedMs = elapsed();
    if (!(error instanceof NomyoError)) {
      throw new Finding(`an error that is none of the SDK: ${describe(error)}`);
    }
    if (!allowed.includes(error.code)) throw new Finding(`the code ${error.code}: ${error.message}`);
    checkMessage(error);
    return { verdict: { code: error.code }, elapsedMs };
  }
}

/** @throws {Finding} */
export function checkMessage({ message }: Error): void {
  if (message.length > MAX_MESSAGE) throw new Finding(`a message of ${String(message.length)} characters`);
  if (UNPRINTABLE.test(message)) throw new Finding(`unprintable characters in ${JSON.stringify(message)}`);
}

export function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Finding(`not so: ${what}`);
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
