import { SecurityError } from '@nomyo/base';
import type { MemoryOptions } from './backend.js';

/** What may be locked, and what is. In bytes. */
export interface LockState {
  readonly lockedBytes: number;
  /** Those that stay locked for small secrets, whatever is released. */
  readonly lastingBytes: number;
  /** `null`: none. */
  readonly limitBytes: number | null;
  /** Those that this package's callers hold. */
  readonly heldBytes: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** Locked memory was required and cannot be had. To callers it is a `SecurityError` of this code. */
export class MemoryNotLockedError extends SecurityError {
  /** What was to be locked at once, in bytes. */
  readonly neededBytes: number;
  /** Nothing that is released can make room for it. */
  readonly isHopeless: boolean;
  readonly #state: LockState | undefined;

  /** @param state `undefined` where nothing can ever be locked, for the reason in `why` */
  constructor(neededBytes: number, state: LockState | undefined, why = '') {
    const isHopeless = state === undefined || canNeverFit(neededBytes, state);
    super('MEMORY_NOT_LOCKED', state === undefined ? why : explain(neededBytes, state, isHopeless));
    this.neededBytes = neededBytes;
    this.isHopeless = isHopeless;
    this.#state = state;
  }

  /** What callers held when this was refused, in bytes. */
  get heldBytes(): number {
    return this.#state?.heldBytes ?? 0;
  }

  /** The same error for a whole, of which `bytes` were had and the refused memory was the rest. */
  together(bytes: number): MemoryNotLockedError {
    if (this.#state === undefined || bytes <= 0) return this;
    return new MemoryNotLockedError(this.neededBytes + bytes, this.#state);
  }
}

/**
 * For what would put a secret into memory that nobody can lock, such as a `CryptoKey`.
 *
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`
 */
export function refuseOrdinaryMemory({ requireLocked = false }: MemoryOptions, what: string): void {
  if (requireLocked) {
    throw new MemoryNotLockedError(0, undefined, `${what} would be in memory that is not locked`);
  }
}

function canNeverFit(bytes: number, { limitBytes, lastingBytes, lockedBytes }: LockState): boolean {
  // With nothing locked, nothing can be released.
  if (lockedBytes === 0) return true;
  return limitBytes !== null && bytes + lastingBytes > limitBytes;
}

function explain(bytes: number, state: LockState, isHopeless: boolean): string {
  const { limitBytes, lockedBytes } = state;
  if (limitBytes === null) {
    return `the system refuses to lock ${String(bytes)} bytes, although it sets no limit`;
  }
  const now = isHopeless ? 'can never' : 'cannot now';
  const used = `${String(lockedBytes)} of the ${String(limitBytes)} bytes that may be locked are in use`;
  return `${String(bytes)} bytes of memory ${now} be locked: ${used}; ${advice(bytes, state)}`;
}

/** With room for small secrets, and rounded: limits are set in KiB. */
function advice(bytes: number, { limitBytes, lastingBytes }: LockState): string {
  const enough = Math.max(bytes + lastingBytes + MIB, 2 * (limitBytes ?? 0));
  const raised = Math.ceil(enough / MIB) * MIB;
  return `raise RLIMIT_MEMLOCK to at least ${String(raised)} bytes (ulimit -l ${String(raised / KIB)})`;
}
