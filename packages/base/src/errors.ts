/**
 * The base of every error of the NOMYO packages, and the closed list of their codes.
 *
 * Branch on `code`: messages are for people and may change between versions. No message, cause or property
 * of these errors ever holds a key, a password, an API key or plaintext.
 */
import { cleanText } from './text.js';

/** Every code an error of this SDK can have, with what the caller can do next: fix, retry or stop. */
export const ERROR_CODES = {
  INVALID_ARGUMENT: 'fix: an argument or option is wrong; nothing was sent or written',
  DISPOSED: 'fix: the object was disposed of, or a one-time context was used twice',
  INSECURE_URL: 'fix: use an https: URL, or allowHttp for a router on this machine',
  INVALID_KEY: 'fix: the key is damaged, too short, or not an RSA key',
  INVALID_ENVELOPE: 'stop: what arrived is not an envelope of this protocol; none of it was used',
  DECRYPTION_FAILED: 'stop: the envelope was sealed to another key, or changed on the way',
  INVALID_PLAINTEXT: 'stop: the envelope opened, but its content is not a JSON object',
  PAYLOAD_TOO_LARGE: "fix: the request is over the protocol's size limit",
  BODY_TOO_LARGE: 'stop: the answer is over its limit (maxResponseBytes) and was not read to the end',
  REDIRECT_REFUSED: 'stop: the router answered with a redirect; following it would leak metadata',
  SERVER_KEY_INVALID: 'stop: the router did not send an acceptable RSA public key',
  SERVER_KEY_NOT_PINNED: "stop: the router's key is not among the pinned ones",
  SERVER_KEY_CHANGED: "stop: the router's key is not the one first seen; find out why before you accept it",
  MEMORY_NOT_LOCKED: 'fix: locked memory is required and not available; the message says why',
  POLICY_VIOLATION: 'fix: a rule of the policy forbids this call',
  ENDPOINT_NOT_SEALED: 'fix: requests to this path cannot be sealed; nothing was sent; see the message',
  KEY_FILE_UNREADABLE: 'fix: the key file or directory cannot be read',
  KEY_FILE_INVALID: 'fix: the key file is damaged or holds no RSA private key; it was left untouched',
  KEY_FILE_EXISTS: 'fix: a key file is already there; it is never overwritten by accident',
  KEY_FILE_PERMISSIONS: 'fix: others can read the private key file or write its directory',
  KEY_FILE_PASSWORD: 'fix: the password is missing or wrong; the key file was left untouched',
  KEY_FILE_MISMATCH: 'fix: the public key file does not belong to the private key',
  KEY_FILE_UNWRITABLE: 'fix: the key file cannot be written; nothing is left half-written',
  AUDIT_FAILED: 'fix: the audit log cannot be written; where it is required, nothing was sent',
  CONNECTION_FAILED: 'retry: the router could not be reached, or the connection broke',
  CONNECTION_TIMEOUT: 'retry: no whole answer within the timeout of one attempt',
  API_ERROR: 'stop: the router answered with a status that has no class of its own',
  INVALID_REQUEST: 'fix: the router refused the request (400)',
  AUTHENTICATION_FAILED: 'fix: the API key is missing or wrong (401)',
  FORBIDDEN: 'fix: the model is not allowed for the security tier (403)',
  RATE_LIMITED: 'retry: over the rate limit (429); see retryAfter',
  SERVER_ERROR: 'retry: the router failed (500)',
  SERVICE_UNAVAILABLE:
    'retry: the backend is unavailable, the API key is cooling down, or a gateway failed (503)',
  CONFIG_MALFORMED: 'stop: what the gateway sent is not a key configuration of version 2',
  CONFIG_UNTRUSTED: 'stop: the key configuration is not signed for this realm by a pinned root',
  CONFIG_EXPIRED: "fix: the key configuration is not valid now; check this machine's clock",
  CONFIG_ROLLBACK: 'stop: the key configuration is older than one seen before',
  CONFIG_NO_KEY: 'retry: the key configuration has no usable key of an allowed suite',
  NOT_SEALED: 'stop: the answer is not sealed with version 2; none of it was used',
  TIER_MISMATCH: 'stop: the gateway applied a different security tier from the one requested',
  ABORTED: 'retry: the gateway aborted the answer',
  TRUNCATED: 'retry: the message ends too early',
  UNOPENABLE: 'stop: the message was changed on the way, or sealed to another key',
  MALFORMED: 'stop: malformed version 2 message',
  TOO_LARGE: 'fix: the body exceeds the limit',
  CLOCK: "fix: this machine's clock is more than 120 s off",
  KEY_UNKNOWN: 'retry: the gateway does not know the key',
  KEY_EXPIRED: 'retry: the key is not valid now',
  REPLAYED:
    'stop: the request was received before and its answer is no longer available; its outcome is unknown',
  DUPLICATE: 'stop: this call has already run, sealed differently',
  BUSY: 'retry: the gateway is busy; see retryAfter',
  UNAVAILABLE: 'retry: the gateway is not available',
} as const;

/** A stable, machine-readable reason. */
export type NomyoErrorCode = keyof typeof ERROR_CODES;

/** Options of every error of this SDK. */
export interface NomyoErrorOptions {
  /** The underlying error. Never one whose message could quote a secret. Default: none. */
  readonly cause?: unknown;
  /** See {@link NomyoError.possiblyExecuted}. Default: `false`. */
  readonly possiblyExecuted?: boolean;
}

/** A {@link NomyoError} as JSON. */
export interface NomyoErrorJson {
  readonly name: string;
  readonly code: NomyoErrorCode;
  readonly message: string;
  readonly possiblyExecuted: boolean;
}

/** The base class: `instanceof NomyoError` matches everything this SDK throws, except a caller's own abort reason. */
export class NomyoError extends Error {
  override readonly name: string = 'NomyoError';
  /** A stable reason, one of {@link ERROR_CODES}. */
  readonly code: NomyoErrorCode;
  /**
   * `true`: the router may have received the request, run it and billed it, in this attempt or an earlier one. `false`:
   * no request was run.
   */
  readonly possiblyExecuted: boolean;

  constructor(code: NomyoErrorCode, message: string, options: NomyoErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.possiblyExecuted = options.possiblyExecuted ?? false;
  }

  /** The parts of an error that may be logged. */
  toJSON(): NomyoErrorJson {
    const { name, code, message, possiblyExecuted } = this;
    return { name, code, message, possiblyExecuted };
  }
}

/** An argument or option is wrong. Fix the call: nothing was generated, sent or written. */
export class InvalidArgumentError extends NomyoError {
  override readonly name: string = 'InvalidArgumentError';
  /** The name of the argument or option, as the caller wrote it. */
  readonly argument: string;

  /** @param message by default the argument, followed by the expectation */
  constructor(argument: string, expectation: string, message = `${argument} ${expectation}`) {
    super('INVALID_ARGUMENT', message);
    this.argument = argument;
  }
}

/** The error for an option that does not exist. */
export function unknownOption(name: string, known: readonly string[]): InvalidArgumentError {
  const expectation = `expected one of ${known.join(', ')}`;
  return new InvalidArgumentError(
    name,
    expectation,
    `unknown option "${cleanText(name, 80)}"; ${expectation}`,
  );
}

/** An object was used after `dispose()`, or a one-time context was used twice. */
export class DisposedError extends NomyoError {
  override readonly name: string = 'DisposedError';

  constructor(what: string) {
    super('DISPOSED', `${what} was disposed of and cannot be used any more`);
  }
}

/** A security rule was violated, or a cryptographic check failed. Never retried by this SDK. */
export class SecurityError extends NomyoError {
  override readonly name: string = 'SecurityError';
}

/**
 * Sets `possiblyExecuted` on the error itself, because a request may have been run before it was thrown. Errors of
 * other libraries are left alone.
 */
export function markPossiblyExecuted(error: unknown): void {
  if (!(error instanceof NomyoError)) return;
  Object.defineProperty(error, 'possiblyExecuted', { value: true, enumerable: true, configurable: true });
}
