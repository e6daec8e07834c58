/** What an attacker who has seen some terms can make of them: the deduction of Dolev and Yao, on perfect cryptography. */
import { partsOf, sharedSecret, show, type Term } from './terms.js';

/** Constructors that anybody can apply to what he knows. */
const PUBLIC = new Set(['tuple', 'public', 'enc', 'shared', 'derive', 'sealed', 'signed']);

/** Everything that was seen, and all that follows by taking it apart. Immutable. */
export class Knowledge {
  readonly #terms: ReadonlyMap<string, Term>;
  readonly #composed = new Map<string, boolean>();

  private constructor(terms: ReadonlyMap<string, Term>) {
    this.#terms = terms;
  }

  static of(terms: readonly Term[]): Knowledge {
    return new Knowledge(new Map()).with(...terms);
  }

  /** All that is known and cannot be taken apart further, and what it was part of. */
  get terms(): Iterable<Term> {
    return this.#terms.values();
  }

  /** The same for the same knowledge. */
  get text(): string {
    return [...this.#terms.keys()].sort().join(' ');
  }

  with(...seen: readonly Term[]): Knowledge {
    let next = new Knowledge(new Map([...this.#terms, ...seen.map((term) => [show(term), term] as const)]));
    for (;;) {
      const found = [...next.terms].flatMap((term) => next.#takenApart(term));
      const news = found.filter((term) => !next.#terms.has(show(term)));
      if (news.length === 0) return next;
      next = new Knowledge(new Map([...next.#terms, ...news.map((term) => [show(term), term] as const)]));
    }
  }

  /** Whether the attacker has this term, or can make it. */
  derives(term: Term): boolean {
    const text = show(term);
    if (this.#terms.has(text)) return true;
    if (typeof term === 'string') return false;
    const known = this.#composed.get(text);
    if (known !== undefined) return known;
    const [constructor = '', ...parts] = term;
    const can = this.#compose(show(constructor), parts);
    this.#composed.set(text, can);
    return can;
  }

  #compose(constructor: string, parts: readonly Term[]): boolean {
    if (PUBLIC.has(constructor) && parts.every((part) => this.derives(part))) return true;
    return constructor === 'shared' && this.#decapsulates(parts);
  }

  /** A shared secret, for who has the private key and the encapsulation. */
  #decapsulates([publicKey = '', random = '']: readonly Term[]): boolean {
    const [privateKey] = partsOf(publicKey, 'public') ?? [];
    return (
      privateKey !== undefined &&
      this.#terms.has(show(['enc', publicKey, random])) &&
      this.derives(privateKey)
    );
  }

  #takenApart(term: Term): readonly Term[] {
    const [publicKey, random] = partsOf(term, 'enc') ?? [];
    if (publicKey !== undefined && random !== undefined) {
      const secret = sharedSecret(publicKey, random);
      return this.#decapsulates([publicKey, random]) ? [secret] : [];
    }
    const [, message] = partsOf(term, 'signed') ?? [];
    if (message !== undefined) return [message];
    return partsOf(term, 'tuple') ?? this.#opened(term);
  }

  /** With the key; or without it, where one nonce was used for two contents. */
  #opened(term: Term): readonly Term[] {
    const [key, index, associated, content] = partsOf(term, 'sealed') ?? [];
    if (key === undefined || index === undefined || associated === undefined || content === undefined) {
      return [];
    }
    const isOpen = this.derives(key) || this.#isNonceReused(key, index, content);
    return isOpen ? [associated, content] : [associated];
  }

  #isNonceReused(key: Term, index: Term, content: Term): boolean {
    return [...this.terms].some((other) => {
      const [otherKey, otherIndex, , otherContent] = partsOf(other, 'sealed') ?? [];
      if (otherKey === undefined || otherIndex === undefined || otherContent === undefined) return false;
      const isNonce = show(otherKey) === show(key) && show(otherIndex) === show(index);
      return isNonce && show(otherContent) !== show(content);
    });
  }
}
