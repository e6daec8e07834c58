/** Calls foreign code that may fail without consequences: loggers, subscribers, observers. */

/**
 * Returns the result of `task`, or `undefined` if it throws. The rejection of a promise is handled as well.
 *
 * @param failed called with the error. Default: it is ignored
 */
export function quietly<T>(task: () => T, failed: (error: unknown) => void = ignore): T | undefined {
  try {
    const result = task();
    if (isThenable(result)) result.then(undefined, failed);
    return result;
  } catch (error) {
    failed(error);
    return undefined;
  }
}

const ignore = (): void => undefined;

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
