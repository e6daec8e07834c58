/** The event loop of Node, where it matters what the process has seen. */

/** A round that took longer says little about now, in ms. */
const PROMPT_MS = 10;

/** However busy the process is. */
const MAX_ROUNDS = 20;

/**
 * Runs `task` when the event loop has looked at every socket, a moment ago. What had arrived until then has been read.
 *
 * The first immediate can run in the same round of the loop as its caller; between it and the second one lies a poll.
 * A round in which other code held the loop for long is followed by another.
 */
export function afterNextPoll(task: () => void, rounds: number = MAX_ROUNDS): void {
  setImmediate(() => {
    const started = performance.now();
    setImmediate(() => {
      if (rounds > 1 && performance.now() - started > PROMPT_MS) afterNextPoll(task, rounds - 1);
      else task();
    });
  });
}
