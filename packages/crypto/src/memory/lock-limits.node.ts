/** Explains how much memory the operating system lets a process lock, and which limit to raise. Pure. */
import type { LockLimits } from './not-locked.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Memory that is locked, and that may be. In bytes. */
export interface LockState {
  readonly lockedBytes: number;
  /** Memory that stays locked for small secrets, whatever is released. */
  readonly lastingBytes: number;
  /** `null`: no limit. */
  readonly limitBytes: number | null;
  /** Locked memory that callers of this package hold. */
  readonly heldBytes: number;
}

/** The limits of a process in this state. */
export function lockLimits(state: LockState): LockLimits {
  return {
    heldBytes: state.heldBytes,
    canNeverFit: (bytes) => canNeverFit(bytes, state),
    explain: (bytes) => explain(bytes, state),
  };
}

function canNeverFit(bytes: number, { limitBytes, lastingBytes, lockedBytes }: LockState): boolean {
  // With nothing locked, nothing can be released.
  if (lockedBytes === 0) return true;
  return limitBytes !== null && bytes + lastingBytes > limitBytes;
}

function explain(bytes: number, state: LockState): string {
  const { limitBytes, lockedBytes } = state;
  if (limitBytes === null) {
    return `the system refuses to lock ${String(bytes)} bytes, although it sets no limit`;
  }
  const now = canNeverFit(bytes, state) ? 'can never' : 'cannot now';
  const used = `${String(lockedBytes)} of the ${String(limitBytes)} bytes that may be locked are in use`;
  return `${String(bytes)} bytes of memory ${now} be locked: ${used}; ${advice(bytes, state)}`;
}

/** Leaves room for small secrets, and rounds up to whole MiB; `ulimit` counts in KiB. */
function advice(bytes: number, { limitBytes, lastingBytes }: LockState): string {
  const enough = Math.max(bytes + lastingBytes + MIB, 2 * (limitBytes ?? 0));
  const raised = Math.ceil(enough / MIB) * MIB;
  return `raise RLIMIT_MEMLOCK to at least ${String(raised)} bytes (ulimit -l ${String(raised / KIB)})`;
}
