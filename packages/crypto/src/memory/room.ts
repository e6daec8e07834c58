/**
 * Waiting for room in locked memory. The limit is the process's: when it is reached, some callers have to wait until
 * others release what they hold.
 */
import { abortable, type AbortSignalLike } from '@nomyo/base';
import { MemoryNotLockedError, NoRoomError } from './not-locked.js';

/** How long, and with what right, room is waited for. */
export interface RoomOptions {
  /** Longest wait, in ms. */
  readonly timeout: number;
  readonly signal?: AbortSignalLike | undefined;
  /**
   * Goes before all who do not ask for this: for what ends a piece of work, such as opening an answer, so that work
   * that only begins cannot stop it. Default: `false`.
   */
  readonly urgent?: boolean;
}

/** Room can also be made by the garbage collector, or by a raised limit, without notice. In ms. */
const LOOK_AGAIN = 100;

/** One caller in line. */
interface Waiter {
  readonly urgent: boolean;
  wake: () => void;
}

/** What became of one attempt. */
type Outcome<T> = { readonly value: T } | { readonly error: MemoryNotLockedError };

const line: Waiter[] = [];

/** In locked memory that has an owner, in bytes. */
let held = 0;

/** Bytes of locked memory that this process holds now. */
export function heldBytes(): number {
  return held;
}

/** Counts a new locked region. */
export function lockedMemoryWasTaken(bytes: number): void {
  held += bytes;
}

/** Counts a region that is unlocked again, and wakes everyone who waits for room. */
export function lockedMemoryWasReleased(bytes: number): void {
  held -= bytes;
  wakeAll();
}

/** See `with-locked-memory.ts`, which is what callers have. */
export async function withLockedMemory<T>(task: () => T | Promise<T>, options: RoomOptions): Promise<T> {
  const { timeout, signal, urgent = false } = options;
  signal?.throwIfAborted();
  if (line.length === 0) {
    const outcome = attempt(task);
    // Nothing is awaited unless it must be: a caller that is refused is in line before the next one asks.
    const settled = 'then' in outcome ? await outcome : outcome;
    if ('value' in settled) return settled.value;
  }
  const deadline = performance.now() + timeout;
  const waiter = enterLine(urgent);
  try {
    for (;;) {
      const isOver = performance.now() >= deadline;
      if (isOver || line[0] === waiter) {
        const outcome = await attempt(task);
        if ('value' in outcome) return outcome.value;
        if (isOver) throw outcome.error;
      }
      await change(waiter, deadline, signal);
    }
  } finally {
    line.splice(line.indexOf(waiter), 1);
    wakeAll();
  }
}

function attempt<T>(task: () => T | Promise<T>): Outcome<T> | Promise<Outcome<T>> {
  const before = held;
  try {
    const result = task();
    if (!(result instanceof Promise)) return { value: result };
    return result.then(
      (value: T) => ({ value }),
      (error: unknown) => refusal(error, () => 0),
    );
  } catch (error) {
    // Nothing else ran in between: what was taken, the task held beside what it was refused.
    return refusal(error, (heldThen) => heldThen - before);
  }
}

/** @throws all but a refusal that may pass */
function refusal(error: unknown, ownBytes: (heldThen: number) => number): { error: MemoryNotLockedError } {
  if (!(error instanceof MemoryNotLockedError)) throw error;
  const whole = error instanceof NoRoomError ? error.together(ownBytes(error.heldBytes)) : error;
  if (whole.isHopeless) throw whole;
  return { error: whole };
}

function enterLine(urgent: boolean): Waiter {
  const waiter: Waiter = { urgent, wake: () => undefined };
  const behind = urgent ? line.findIndex((other) => !other.urgent) : -1;
  line.splice(behind === -1 ? line.length : behind, 0, waiter);
  return waiter;
}

function wakeAll(): void {
  for (const waiter of line) waiter.wake();
}

async function change(waiter: Waiter, deadline: number, signal: AbortSignalLike | undefined): Promise<void> {
  const delay = Math.max(0, Math.min(LOOK_AGAIN, deadline - performance.now()));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const woken = new Promise<void>((resolve) => {
    waiter.wake = resolve;
    timer = setTimeout(resolve, delay);
  });
  try {
    await abortable(woken, signal);
  } finally {
    clearTimeout(timer);
  }
}
