/** Compares what arrived with what a test expects, and names where they differ without quoting either. */

/** A matcher of Jest or Vitest inside an expectation: `expect.any(String)`, `expect.stringContaining('…')`. */
interface AsymmetricMatcher {
  asymmetricMatch(value: unknown): boolean;
}

/**
 * The first member in which `actual` differs: `messages[0].content`, say; `undefined` when all of `expected` is there.
 * Objects may have more members than expected, arrays may not. A regular expression is tried on a text.
 */
export function firstDifference(expected: unknown, actual: unknown, path = ''): string | undefined {
  const here = path === '' ? 'the request' : path;
  if (isAsymmetric(expected)) return expected.asymmetricMatch(actual) ? undefined : here;
  if (isRegExp(expected)) return typeof actual === 'string' && expected.test(actual) ? undefined : here;
  if (Array.isArray(expected)) return arrayDifference(expected, actual, path);
  if (isObject(expected)) return objectDifference(expected, actual, path);
  return Object.is(expected, actual) ? undefined : here;
}

function arrayDifference(expected: readonly unknown[], actual: unknown, path: string): string | undefined {
  if (!Array.isArray(actual)) return path === '' ? 'the request' : path;
  if (actual.length !== expected.length) return `${path}.length`;
  const items: readonly unknown[] = actual;
  return firstOf(expected.map((item, i) => () => firstDifference(item, items[i], `${path}[${String(i)}]`)));
}

function objectDifference(expected: object, actual: unknown, path: string): string | undefined {
  if (!isObject(actual) || Array.isArray(actual)) return path === '' ? 'the request' : path;
  const members = new Map<string, unknown>(Object.entries(actual));
  return firstOf(
    Object.entries(expected).map(
      ([name, value]) =>
        () =>
          firstDifference(value, members.get(name), path === '' ? name : `${path}.${name}`),
    ),
  );
}

function firstOf(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const difference = check();
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** By its name: that of a test's own realm is no `RegExp` of ours. */
function isRegExp(value: unknown): value is RegExp {
  return Object.prototype.toString.call(value) === '[object RegExp]';
}

function isAsymmetric(value: unknown): value is AsymmetricMatcher {
  return isObject(value) && 'asymmetricMatch' in value && typeof value.asymmetricMatch === 'function';
}
