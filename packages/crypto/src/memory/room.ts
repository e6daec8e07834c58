/**
 * Waits for room in locked memory. The limit applies to the whole process: once it is reached, callers have to wait
 * until others release what they hold.
 */
import { abortable, type AbortSignalLike } from '@nomyo/base';
import { MemoryNotLockedError, NoRoomError } from './not-locked.js';

/** Options of {@link withLockedMemory}. */
export interface RoomOptions {
  /** Longest wait, in ms. Required. */
  readonly timeout: number;
  /** Ends the wait; the promise rejects with the signal's reason. Default: none. */
  readonly signal?: AbortSignalLike | undefined;
  /**
   * Goes ahead of every caller that is not urgent. It is for the end of a piece of work, such as opening an answer, so
   * that work that is only beginning cannot hold it up. Default: `false`.
   */
  readonly urgent?: boolean;
}

/** Pause before another attempt, in ms: the garbage collector or a raised limit can make room without notice. */
const LOOK_AGAIN = 100;

/** One caller in line. */
interface Waiter {
  readonly urgent: boolean;
  wake: () => void;
}

/** The outcome of one attempt. */
type Outcome<T> = { readonly value: T } | { readonly error: MemoryNotLockedError };

const line: Waiter[] = [];

/** Locked memory that has an owner, in bytes. */
let held = 0;

/** Bytes of locked memory that this process holds now. */
export function heldBytes(): number {
  return held;
}

/** Counts a new locked region. */
export function lockedMemoryWasTaken(bytes: number): void {
  held += bytes;
}

/** Subtracts a region that was unlocked, and wakes all callers that wait for room. */
export function lockedMemoryWasReleased(bytes: number): void {
  held -= bytes;
  wakeAll();
}

/** See `with-locked-memory.ts`, the public function. */
export async function withLockedMemory<T>(task: () => T | Promise<T>, options: RoomOptions): Promise<T> {
  const { timeout, signal, urgent = false } = options;
  signal?.throwIfAborted();
  if (line.length === 0) {
    const outcome = attempt(task);
    // Awaits only if it must, so that a caller that is refused enters the line before the next one asks.
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
    // Nothing else ran in between, so any increase is memory that the task held when it was refused more.
    return refusal(error, (heldThen) => heldThen - before);
  }
}

/** @throws the error, unless it is a refusal that waiting may resolve */
function refusal(error: unknown, ownBytes: (heldThen: number) => number): { error: MemoryNotLockedError } {
  if (!(error instanceof MemoryNotLockedError)) throw error;
  const refused = error instanceof NoRoomError ? error.together(ownBytes(error.heldBytes)) : error;
  if (refused.isHopeless) throw refused;
  return { error: refused };
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
