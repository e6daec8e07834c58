/** Foreign code that may fail without consequence: loggers, subscribers, observers. */

/**
 * The result of `task`; `undefined` if it throws. A rejected promise is dropped, too.
 *
 * @param failed is told why. Default: nothing
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
