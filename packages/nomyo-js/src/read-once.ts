/** Reading an object of the caller's, which can be anything: a class, a proxy, something with getters. */
import { anObject, InvalidArgumentError } from '@nomyo/base';

/** Members of a request, each read once. */
export type RequestMembers = Readonly<Record<string, unknown>>;

/**
 * The members of a request as JSON would have them: `toJSON` is asked first, and every getter and proxy trap runs
 * once. What was judged is what is sealed, whatever the object says when it is asked again.
 *
 * @param name of the argument
 * @param kept members that are taken from the object itself where its `toJSON` leaves them out
 * @throws {InvalidArgumentError} when it is no object, or cannot be read
 */
export function readOnce(name: string, value: unknown, kept: readonly string[] = []): RequestMembers {
  const given = anObject(name, value);
  try {
    const { toJSON, ...members } = copyOf(name, given, kept);
    return typeof toJSON === 'function' || toJSON === undefined ? members : { ...members, toJSON };
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    // What a getter or a toJSON throws may quote what it was asked for.
    throw new InvalidArgumentError(name, 'cannot be read: a getter, a toJSON or a proxy in it failed');
  }
}

function copyOf(name: string, given: RequestMembers, kept: readonly string[]): RequestMembers {
  const toJSON: unknown = given['toJSON'];
  if (ArrayBuffer.isView(given)) throw new InvalidArgumentError(name, 'must be an object');
  if (typeof toJSON !== 'function') return { ...given };
  const json: unknown = Reflect.apply(toJSON, given, ['']);
  const own = kept.map((member) => [member, given[member]] as const).filter(([, own]) => own !== undefined);
  return { ...Object.fromEntries(own), ...anObject(name, json) };
}
