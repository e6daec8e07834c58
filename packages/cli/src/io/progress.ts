/**
 * A line that says how long something has been waited for, where a person looks. The spinner of `@clack/prompts` would
 * take the keyboard and answer Ctrl-C itself, with exit code 0.
 */
import type { Output } from './output.js';

const SECOND_MS = 1_000;

/** Waits for `task`; the line is gone before its result is there. */
export async function withProgress<T>(output: Output, what: string, task: Promise<T>): Promise<T> {
  if (!output.canDraw) return task;
  const startedAt = Date.now();
  const draw = (): void => {
    const seconds = String(Math.round((Date.now() - startedAt) / SECOND_MS));
    output.rewrite(`${what}, ${seconds} s`, 'dim');
  };
  const timer = setInterval(draw, SECOND_MS);
  try {
    return await task;
  } finally {
    clearInterval(timer);
    output.rewrite('');
  }
}
