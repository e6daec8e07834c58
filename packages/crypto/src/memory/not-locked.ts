import { SecurityError } from '@nomyo/base';

/** How much can be locked, at the moment when that was refused. */
export interface LockLimits {
  /** What this package's callers hold, in bytes. */
  readonly heldBytes: number;
  /** Whether so many bytes can never be locked, whatever is released. */
  canNeverFit(bytes: number): boolean;
  /** What to do about it. */
  explain(bytes: number): string;
}

/** Locked memory was required and cannot be had. To callers it is a `SecurityError` of this code. */
export class MemoryNotLockedError extends SecurityError {
  /** Whether nothing that is released can make room for it. */
  readonly isHopeless: boolean;

  constructor(why: string, isHopeless = true) {
    super('MEMORY_NOT_LOCKED', why);
    this.isHopeless = isHopeless;
  }
}

/** There are locks, and not enough of them. */
export class NoRoomError extends MemoryNotLockedError {
  /** What was to be locked at once, in bytes. */
  readonly neededBytes: number;
  readonly #limits: LockLimits;

  constructor(neededBytes: number, limits: LockLimits) {
    super(limits.explain(neededBytes), limits.canNeverFit(neededBytes));
    this.neededBytes = neededBytes;
    this.#limits = limits;
  }

  /** What callers held when this was refused, in bytes. */
  get heldBytes(): number {
    return this.#limits.heldBytes;
  }

  /** The same error for a whole, of which `bytes` were had and the refused memory was the rest. */
  together(bytes: number): NoRoomError {
    return bytes > 0 ? new NoRoomError(this.neededBytes + bytes, this.#limits) : this;
  }
}
