import { setTimeout as delay } from 'node:timers/promises';
import { KeyStoreError } from '../errors.js';
import type { StorageCall } from '../storage.js';

const TIMES = { pollMs: 40, giveUpMs: 60_000 } as const;

/**
 * Tries until `attempt` gives something, for a minute.
 *
 * @throws {KeyStoreError} `KEY_FILE_UNWRITABLE` after that
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
    // Processes that started together do not stay in step.
    await delay(TIMES.pollMs * (0.5 + Math.random()), undefined, { ref: !background });
  }
}

/** Another process writes to the directory. */
export function busy(directory: string): KeyStoreError {
  const message = 'another process is busy with the directory. Nothing was changed; try again';
  return new KeyStoreError('KEY_FILE_UNWRITABLE', directory, message);
}
