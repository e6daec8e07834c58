import { setTimeout as delay } from 'node:timers/promises';
import { KeyStoreError } from '../errors.js';
import type { StorageCall } from '../storage/storage.js';

const TIMES = { pollMs: 40, giveUpMs: 60_000 } as const;

/**
 * Repeats `attempt` until it returns something, for at most a minute.
 *
 * @throws {KeyStoreError} `KEY_FILE_UNWRITABLE` after that minute
 * @throws the signal's reason
 */
export async function waitFor<T>(
  directory: string,
  { signal, background }: StorageCall,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  const giveUpAt = performance.now() + TIMES.giveUpMs;
  for (;;) {
    signal.throwIfAborted();
    const result = await attempt();
    if (result !== undefined) return result;
    if (performance.now() > giveUpAt) throw busy(directory);
    // The random part keeps processes that started together from staying in step.
    await delay(TIMES.pollMs * (0.5 + Math.random()), undefined, { ref: !background });
  }
}

/** The error when another process holds the lock of the directory. */
export function busy(directory: string): KeyStoreError {
  const message = 'another process is using the directory. Nothing was changed; try again';
  return new KeyStoreError('KEY_FILE_UNWRITABLE', directory, message);
}
