/**
 * The gateway's half of protocol 2, from `@nomyo/protocol-v2`, plus the storage of request bodies and the choice of keys.
 */
import { SecureByteContext } from '@nomyo/crypto';
import {
  generateKemKey,
  RequestOpener,
  type KemKey,
  type KemKeyOptions,
  type OpenedRequest,
  type RequestOpenerOptions,
} from '@nomyo/protocol-v2';

export {
  clearClassOf,
  clearError,
  CONTENT_TYPE,
  isOfType,
  mlKemImplementation,
  protocolError,
  type AnswerHead,
  type AnswerSealer,
  type ClearErrorClass,
  type KemKey,
  type PublishedKey,
  type RequestHead,
  type SuiteId,
} from '@nomyo/protocol-v2';

/** The source of private keys; tests supply known ones. */
export interface Protocol {
  makeKey(options: KemKeyOptions): Promise<KemKey>;
}

/** Keys of the generator of this system. */
export const gatewayProtocol: Protocol = { makeKey: generateKemKey };

/** The contents of a key configuration (SPEC 4.1). Times in Unix seconds. */
export interface DocumentFields {
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly maxRequest: number;
  readonly keys: readonly Pick<KemKey, 'suite' | 'activeFrom' | 'activeUntil' | 'publicKey'>[];
}

/** A signer created by `keys delegate`. */
export interface Signer {
  readonly realm: string;
  readonly epoch: number;
  /** Unix seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** A signed key configuration. */
  sign(fields: DocumentFields): Promise<Uint8Array>;
}

/** An opened request and its body. */
export interface OpenRequest extends OpenedRequest {
  /** Wiped by `dispose`. */
  readonly body: Uint8Array;
}

/** Opens one request as it arrives, and keeps its body. */
export class RequestReader {
  readonly #opener: RequestOpener;
  readonly #pieces: SecureByteContext[] = [];

  constructor(options: Omit<RequestOpenerOptions, 'sink'>) {
    const sink = (content: Uint8Array): void => void this.#pieces.push(joined([content]));
    this.#opener = new RequestOpener({ ...options, sink });
  }

  /** @throws an error of SPEC 7.3, as soon as it is detected */
  push(bytes: Uint8Array): Promise<void> {
    return this.#opener.push(bytes);
  }

  /** Call at the end of the body. @throws as {@link push}, and `TRUNCATED` */
  async finish(): Promise<OpenRequest> {
    const opened = await this.#opener.end();
    const [only, ...more] = this.#pieces;
    const body =
      only !== undefined && more.length === 0
        ? only
        : joined(this.#pieces.map((piece) => piece.borrow((bytes) => bytes)));
    if (body === only) this.#pieces.length = 0;
    this.#wipePieces();
    const dispose = (): void => {
      opened.dispose();
      body.dispose();
    };
    return { ...opened, body: body.borrow((bytes) => bytes), dispose };
  }

  /** Wipes everything opened so far. Idempotent. */
  dispose(): void {
    this.#opener.dispose();
    this.#wipePieces();
  }

  #wipePieces(): void {
    for (const piece of this.#pieces.splice(0)) piece.dispose();
  }
}

/** Copies the bytes into protected memory. */
function joined(parts: readonly Uint8Array[]): SecureByteContext {
  const whole = SecureByteContext.allocate(parts.reduce((length, part) => length + part.byteLength, 0));
  whole.borrow((bytes) => {
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.byteLength;
    }
  });
  return whole;
}
