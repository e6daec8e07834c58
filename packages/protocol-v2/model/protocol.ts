/**
 * The messages of SPEC.md as terms, and what a mutant leaves out of them. What is not here cannot decide anything: sizes,
 * padding, encodings.
 */
import { derive, encapsulation, publicOf, seal, sharedSecret, sign, tuple, type Term } from './terms.js';

/** A rule of the protocol that a mutant does without. */
export type Rule =
  /** 4.2: one of the pinned roots signed the delegation. */
  | 'root signature'
  /** 4.2: the signer of the delegation signed the keys. */
  | 'signer signature'
  /** 4.2: the realm is the client's. */
  | 'realm'
  /** 4.2: no epoch below the highest taken. */
  | 'epoch'
  /** 4.4: a private key is destroyed behind its end. */
  | 'destruction'
  /** 5: the index of a frame is its nonce. */
  | 'frame index'
  /** 5: TYPE is associated data. */
  | 'frame type'
  /** 5, 8.3: nothing but END is an end. */
  | 'end'
  /** 6: the tier is in the sealed head. */
  | 'sealed tier'
  /** 6: the answer names the tier, and the client compares. */
  | 'tier echo'
  /** 6: the API key is in the sealed head. */
  | 'sealed API key'
  /** 7.1: the header is part of HPKE's info. */
  | 'bound header'
  /** 7.3: the timestamp is within the window. */
  | 'timestamp'
  /** 8.2: the answer's key comes from the request's context. */
  | 'answer key'
  /** 8.2: each answer has a nonce of its own. */
  | 'response nonce'
  /** 9: the map. */
  | 'map'
  /** 9: sealed again, a call keeps its request id. */
  | 'same request id'
  /** 9: and its timestamp. */
  | 'same timestamp';

export type Rules = ReadonlySet<Rule>;

/** What a call of the application asks. */
export interface Call {
  readonly name: string;
  readonly requestId: string;
  readonly body: string;
  readonly apiKey: string;
  readonly tier: 'standard' | 'maximum';
  /** A list of models is no entry of the map: each time it is asked for, it is made anew (SPEC section 9, "effect"). */
  readonly kind: 'chat' | 'list';
}

/** The parts of a request on the wire. */
export interface RequestParts {
  readonly publicKey: Term;
  readonly requestId: Term;
  readonly timestamp: Term;
  readonly random: Term;
}

export const headerOf = ({ publicKey, requestId, timestamp }: RequestParts): Term =>
  tuple(publicKey, requestId, timestamp);

/** What both sides derive from one encapsulation: the key of the frames, and the secret of the answer. */
export function contextOf(rules: Rules, parts: RequestParts): { key: Term; secret: Term; enc: Term } {
  const shared = sharedSecret(parts.publicKey, parts.random);
  const info = rules.has('bound header') ? headerOf(parts) : 'no header';
  return {
    key: derive('request', shared, info),
    secret: derive('response', shared, info),
    enc: encapsulation(parts.publicKey, parts.random),
  };
}

/** A frame: the nonce is its index, TYPE its associated data. */
export function frame(rules: Rules, key: Term, index: number, type: string, content: Term): Term {
  const nonce = rules.has('frame index') ? `#${String(index)}` : '#';
  return seal(key, nonce, rules.has('frame type') ? type : 'any type', content);
}

/** What the request's frame HEAD says. Fields that a mutant does not seal are on the wire. */
export function requestHead(
  rules: Rules,
  { apiKey, tier, kind }: Pick<Call, 'apiKey' | 'tier' | 'kind'>,
): Term {
  return tuple(
    kind,
    rules.has('sealed API key') ? apiKey : 'in the clear',
    rules.has('sealed tier') ? tier : 'in the clear',
  );
}

/** The key of an answer (8.2); without the rule it comes from what calls of one client share. */
export function answerKey(rules: Rules, secret: Term, enc: Term, nonce: Term, apiKey: Term): Term {
  const fresh = rules.has('response nonce') ? nonce : 'no nonce';
  return rules.has('answer key') ? derive('answer', secret, enc, fresh) : derive('answer', apiKey, fresh);
}

/** A document: a delegation of a root, and one key that a signer vouches for. */
export interface Configuration {
  readonly root: Term;
  readonly realm: string;
  readonly epoch: number;
  readonly signer: Term;
  /** The private half of the key that is published. */
  readonly key: Term;
}

export function delegation({ root, realm, epoch, signer }: Configuration): Term {
  return sign(root, tuple('delegation', realm, `epoch ${String(epoch)}`, publicOf(signer)));
}

export function keysPart(configuration: Configuration): Term {
  return sign(configuration.signer, tuple('keys', delegation(configuration), publicOf(configuration.key)));
}
