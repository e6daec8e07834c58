import { LightAbortController, type AbortSignalLike } from '@nomyo/base';

/**
 * Runs `task` with a signal that ends with any of `sources`, or after `ms` with a `TimeoutError`. `AbortSignal.any` and
 * `.timeout` would do; but they leave weak references for each request.
 */
export async function within<T>(
  sources: readonly AbortSignalLike[],
  ms: number,
  task: (signal: AbortSignalLike) => Promise<T>,
): Promise<T> {
  const controller = new LightAbortController();
  const timer = setTimeout(() => controller.abort(new DOMException('over its time', 'TimeoutError')), ms);
  timer.unref();
  const leave = sources.map((source) => follow(source, controller));
  try {
    return await task(controller);
  } finally {
    clearTimeout(timer);
    for (const end of leave) end();
  }
}

/** @returns ends it */
function follow(source: AbortSignalLike, controller: LightAbortController): () => void {
  const abort = (): void => controller.abort(source.reason);
  if (source.aborted) abort();
  source.addEventListener('abort', abort);
  return () => source.removeEventListener('abort', abort);
}
