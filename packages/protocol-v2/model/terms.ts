/**
 * Messages as terms: a name, or a constructor over terms. Cryptography is perfect: a term is only taken apart by the rules
 * of `knowledge.ts`.
 */

/** A name, which is public or secret by who knows it; or a constructor's name, and its parts behind it. */
export type Term = string | readonly Term[];

/** Any terms behind one another. */
export const tuple = (...parts: Term[]): Term => ['tuple', ...parts];
/** The public half of a private key. */
export const publicOf = (privateKey: Term): Term => ['public', privateKey];
/** What travels of an encapsulation to a public key. */
export const encapsulation = (publicKey: Term, random: Term): Term => ['enc', publicKey, random];
/** What an encapsulation gives to both sides. */
export const sharedSecret = (publicKey: Term, random: Term): Term => ['shared', publicKey, random];
/** A key, or an exported secret: one way, and another one for any other input. */
export const derive = (...inputs: Term[]): Term => ['derive', ...inputs];
/** AES-GCM: with the index of the frame as its nonce, and associated data in the clear. */
export const seal = (key: Term, index: Term, associated: Term, content: Term): Term => [
  'sealed',
  ...[key, index, associated, content],
];
export const sign = (privateKey: Term, message: Term): Term => ['signed', privateKey, message];

const texts = new WeakMap<object, string>();

/** The one text of a term: equal terms have equal texts. */
export function show(term: Term): string {
  if (typeof term === 'string') return term;
  const known = texts.get(term);
  if (known !== undefined) return known;
  const [constructor = '', ...parts] = term;
  const text = `${show(constructor)}(${parts.map(show).join(',')})`;
  texts.set(term, text);
  return text;
}

/** The parts of a term of this constructor, or `undefined` of any other. */
export function partsOf(term: Term, constructor: string): readonly Term[] | undefined {
  return typeof term !== 'string' && term[0] === constructor ? term.slice(1) : undefined;
}

export const isSame = (one: Term, other: Term): boolean => show(one) === show(other);
