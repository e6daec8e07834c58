/** Whether two values of JSON are the same, however deep they are: no recursion, which an attacker could exhaust. */
export function isSameJson(a: unknown, b: unknown): boolean {
  const pairs: [unknown, unknown][] = [[a, b]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [left, right] = pair;
    if (!isObject(left) || !isObject(right)) {
      if (!Object.is(left, right)) return false;
      continue;
    }
    const names = Object.keys(left);
    if (Array.isArray(left) !== Array.isArray(right) || names.length !== Object.keys(right).length) {
      return false;
    }
    if (!names.every((name) => Object.hasOwn(right, name))) return false;
    pairs.push(
      ...names.map((name): [unknown, unknown] => [Reflect.get(left, name), Reflect.get(right, name)]),
    );
  }
  return true;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
