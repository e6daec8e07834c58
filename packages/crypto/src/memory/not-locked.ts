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
  /** What was to be locked at once, in bytes. */
  readonly neededBytes: number;
  /** Nothing that is released can make room for it. */
  readonly isHopeless: boolean;
  readonly #limits: LockLimits | undefined;

  /** @param limits `undefined` where nothing can ever be locked, for the reason in `why` */
  constructor(neededBytes: number, limits: LockLimits | undefined, why = '') {
    super('MEMORY_NOT_LOCKED', limits?.explain(neededBytes) ?? why);
    this.neededBytes = neededBytes;
    this.isHopeless = limits?.canNeverFit(neededBytes) ?? true;
    this.#limits = limits;
  }

  /** What callers held when this was refused, in bytes. */
  get heldBytes(): number {
    return this.#limits?.heldBytes ?? 0;
  }

  /** The same error for a whole, of which `bytes` were had and the refused memory was the rest. */
  together(bytes: number): MemoryNotLockedError {
    if (this.#limits === undefined || bytes <= 0) return this;
    return new MemoryNotLockedError(this.neededBytes + bytes, this.#limits);
  }
}
