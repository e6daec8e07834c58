import type { NomyoErrorCode } from '@nomyo/base';

/** Events of a key store. A closed list, with fingerprints, paths and codes, and never a secret. */
export type KeyStoreEvent = KeyLoadedEvent | KeyGeneratedEvent | KeyRotatedEvent | RotationFailedEvent;

/** The pair was read from its file. */
export interface KeyLoadedEvent {
  readonly type: 'key-loaded';
  /** `sha256/` and the base64 of the SHA-256 of the public key's SPKI. */
  readonly fingerprint: string;
  /** Path of the private key file; `undefined` when the pair is not in a file. */
  readonly path: string | undefined;
}

/** The first pair was made. */
export interface KeyGeneratedEvent {
  readonly type: 'key-generated';
  /** `sha256/` and the base64 of the SHA-256 of the public key's SPKI. */
  readonly fingerprint: string;
  /** Path of the private key file; `undefined` when the pair is not in a file. */
  readonly path: string | undefined;
}

/** New requests use another pair from now on; requests under way keep theirs. */
export interface KeyRotatedEvent {
  readonly type: 'key-rotated';
  /** Fingerprint of the pair that was in use. */
  readonly previous: string;
  /** Fingerprint of the pair that is in use now. */
  readonly current: string;
  /** Whether another process made the new pair, or the caller gave it. */
  readonly adopted: boolean;
  /** Path of the private key file; `undefined` when the pair is not in a file. */
  readonly path: string | undefined;
}

/** No new pair could be made or stored. The old pair stays in use, and the store tries again. */
export interface RotationFailedEvent {
  readonly type: 'rotation-failed';
  /** The code of the error. */
  readonly code: NomyoErrorCode;
  /** The file or directory at fault, if there is one. */
  readonly path: string | undefined;
  /** Time until the next attempt, in ms. */
  readonly retryInMs: number;
}

/** Receives events. Its exceptions and rejections are ignored, so that a listener cannot break the store. */
export type KeyStoreListener = (event: KeyStoreEvent) => void;

/** Calls `listener`, ignoring its failures. */
export function tell(listener: KeyStoreListener | undefined, event: KeyStoreEvent): void {
  try {
    // TypeScript accepts an async function where a function without a result is expected.
    const result: unknown = listener?.(event);
    Promise.resolve(result).catch(() => undefined);
  } catch {
    // A listener's failure is not the store's.
  }
}
