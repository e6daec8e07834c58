/** What the server needs of protocol 2: the gateway's half, as `@nomyo/protocol-v2` gives it. */
import type { AnswerHead } from '../exchange/answer.js';
import type { Tier } from '../json/values.js';
import type { DocumentEntry } from '../keys/document.js';
import type { KeyLife } from '../kem/plan.js';

/** Suites of SPEC §2. */
export type Suite = 1 | 2;

/** A private key of the gateway, in memory that {@link KemKey.destroy} wipes. */
export interface KemKey extends KeyLife {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly suite: Suite;
  readonly publicKey: Uint8Array;
  /** Wipes the private key; what is being opened with it fails. Idempotent. */
  destroy(): void;
}

/** The head of a request (SPEC §6). */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  readonly tier: Tier | undefined;
}

/** A request that is open. */
export interface OpenRequest {
  /** 32 hexadecimal digits. */
  readonly requestId: string;
  readonly head: RequestHead;
  /** Wiped by {@link OpenRequest.dispose}. */
  readonly body: Uint8Array;
  /** Header and enc, as they came: what the replay map knows the request by. */
  readonly fingerprint: Uint8Array;
  /** Begins one answer, with a response nonce of its own. */
  answer(): AnswerSealer;
  dispose(): void;
}

/** Seals one answer; every method gives the bytes to send. */
export interface AnswerSealer {
  /** `NYR2`, the nonce, and the frame HEAD. @param isStream pads frames as those of a stream (SPEC §11) */
  head(head: AnswerHead, isStream: boolean): Uint8Array;
  /** A DATA frame. */
  data(content: Uint8Array): Uint8Array;
  /** The END frame, with the last piece. */
  end(content: Uint8Array): Uint8Array;
  /** The ABORT frame. */
  abort(head: AnswerHead): Uint8Array;
  dispose(): void;
}

/** Clear errors of SPEC §10.1. */
export const CLEAR_ERRORS = {
  malformed: 400,
  truncated: 400,
  unopenable: 400,
  clock: 400,
  key_unknown: 422,
  key_expired: 422,
  replayed: 409,
  too_large: 413,
  busy: 429,
  unavailable: 503,
} as const;

export type ClearCode = keyof typeof CLEAR_ERRORS;

/** Thrown for everything that is answered in the clear. */
export class ClearError extends Error {
  override readonly name: string = 'ClearError';
  readonly code: ClearCode;

  constructor(code: ClearCode) {
    super(code);
    this.code = code;
  }
}

/** Opens one request as its bytes come, in the order of SPEC §7.3. */
export interface RequestOpener {
  /** @throws {ClearError} as soon as what came is wrong */
  push(bytes: Uint8Array): void | Promise<void>;
  /** The body is over. @throws {ClearError} `truncated`, and those of {@link push} */
  finish(): OpenRequest | Promise<OpenRequest>;
  /** Wipes what was opened so far. Idempotent; nothing after {@link finish}. */
  dispose(): void;
}

/** What an opener needs. */
export interface OpenerOptions<K extends KemKey = KemKey> {
  /** The key id in the path; 32 hexadecimal digits. */
  readonly keyId: string;
  readonly findKey: (keyId: string) => K | undefined;
  /** When its head came; whole Unix seconds. */
  readonly now: number;
  /** Unix seconds, for the answer. */
  readonly clock: () => number;
  readonly maxRequest: number;
}

/** What stands in a key configuration (SPEC §4.1). */
export interface DocumentFields {
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly maxRequest: number;
  readonly keys: readonly DocumentEntry[];
}

/** The signer, as `keys delegate` made it. */
export interface Signer {
  readonly realm: string;
  readonly epoch: number;
  /** Unix seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** A signed key configuration. */
  sign(fields: DocumentFields): Uint8Array;
}

/** The gateway's half of protocol 2. */
export interface Protocol<K extends KemKey = KemKey> {
  makeKey(suite: Suite, life: KeyLife): Promise<K>;
  opener(options: OpenerOptions<K>): RequestOpener;
}
