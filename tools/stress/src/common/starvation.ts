/**
 * How long the machine has kept this process from running. Without it, a machine that is busy with other things looks
 * like a slow client, and a client that blocks its own event loop like a busy machine.
 */
import { performance } from 'node:perf_hooks';

/** Between two looks, in ms. */
const INTERVAL_MS = 50;

/** The time between two looks, in ms. */
export interface Turn {
  readonly wall: number;
  /** Of all threads of the process. */
  readonly cpu: number;
}

/** The part of a turn in which the process neither slept nor worked. Pure. */
export function starvedIn({ wall, cpu }: Turn): number {
  return Math.max(0, wall - cpu - INTERVAL_MS);
}

/** A turn with starved time in it. */
export interface Starvation {
  /** When the turn ended, in Unix ms. */
  readonly end: number;
  readonly ms: number;
}

/** Adds up starved time while it runs. */
export class StarvationMeter {
  readonly #turns: Starvation[] = [];
  #total = 0;
  #last = now();
  readonly #timer = setInterval(() => this.#look(), INTERVAL_MS);

  /** In ms, from the beginning to now: also within a turn that has not ended. */
  get total(): number {
    this.#look();
    return this.#total;
  }

  /** Every turn with starved time so far, oldest first. */
  get turns(): readonly Starvation[] {
    this.#look();
    return this.#turns;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { at, cpu } = now();
    const ms = starvedIn({ wall: at - this.#last.at, cpu: cpu - this.#last.cpu });
    this.#total += ms;
    if (ms > 0) this.#turns.push({ end: Date.now(), ms });
    this.#last = { at, cpu };
  }
}

function now(): { readonly at: number; readonly cpu: number } {
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), cpu: (user + system) / 1000 };
}
