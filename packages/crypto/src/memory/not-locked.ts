import { SecurityError } from '@nomyo/base';

/** The limits on locked memory, at the moment when locking was refused. */
export interface LockLimits {
  /** Locked memory that callers of this package hold, in bytes. */
  readonly heldBytes: number;
  /** Reports whether so many bytes can never be locked, whatever is released. */
  canNeverFit(bytes: number): boolean;
  /** Says why so many bytes cannot be locked, and which limit to raise. */
  explain(bytes: number): string;
}

/** Locked memory was required and is not available. Callers see a `SecurityError` `MEMORY_NOT_LOCKED`. */
export class MemoryNotLockedError extends SecurityError {
  /** Whether waiting is pointless, because nothing that is released can make enough room. */
  readonly isHopeless: boolean;

  constructor(why: string, isHopeless = true) {
    super('MEMORY_NOT_LOCKED', why);
    this.isHopeless = isHopeless;
  }
}

/** Memory can be locked, but not that much at the moment. */
export class NoRoomError extends MemoryNotLockedError {
  /** Memory that was to be locked at one time, in bytes. */
  readonly neededBytes: number;
  readonly #limits: LockLimits;

  constructor(neededBytes: number, limits: LockLimits) {
    super(limits.explain(neededBytes), limits.canNeverFit(neededBytes));
    this.neededBytes = neededBytes;
    this.#limits = limits;
  }

  /** Locked memory that callers held when this was refused, in bytes. */
  get heldBytes(): number {
    return this.#limits.heldBytes;
  }

  /** The same error for a task as a whole, which had already taken `bytes` when the rest was refused. */
  together(bytes: number): NoRoomError {
    return bytes > 0 ? new NoRoomError(this.neededBytes + bytes, this.#limits) : this;
  }
}
