import { abortable, type AbortSignalLike } from './abort.js';

/**
 * Waits for `delay`, or until `signal` is aborted.
 *
 * @param delay in ms
 * @throws the signal's reason
 */
export async function sleep(delay: number, signal?: AbortSignalLike): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await abortable(new Promise<void>((resolve) => (timer = setTimeout(resolve, delay))), signal);
  } finally {
    clearTimeout(timer);
  }
}
