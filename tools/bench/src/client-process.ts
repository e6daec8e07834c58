import type { Child } from './child/child-process.js';
import type { LoopBlocks } from './child/event-loop.js';
import type { Load, Measured } from './child/load.js';
import type { MemoryUse } from './child/memory.js';
import { readFields, readMember, readNumber, readNumbers, readText } from './child/read.js';

const readBlocks = readFields('longestGap', 'histogramMax', 'waited', 'longestOwn');

/** A client in a process of its own, so that no variant shares a heap, a cache of code or a thread with another. */
export class ClientProcess {
  readonly #child: Child;

  constructor(child: Child) {
    this.#child = child;
  }

  /** Runs calls; see {@link Load}. */
  load(load: Load): Promise<Measured> {
    return this.#child.ask('load', load, readMeasured);
  }

  /** Runs calls and watches the event loop. */
  loop(load: Load): Promise<LoopBlocks> {
    return this.#child.ask('loop', load, readBlocks);
  }

  /** Makes a key pair of 4096 bits and watches the event loop. */
  loopOfKey(whose: 'ours' | 'reference'): Promise<LoopBlocks> {
    return this.#child.ask('loopOfKey', whose, readBlocks);
  }

  /** One call, and the peak of memory during it. */
  memory(load: Load): Promise<MemoryUse> {
    return this.#child.ask('memory', load, readFields('before', 'peak'));
  }

  /** Resident memory, in bytes. */
  rss(): Promise<number> {
    return this.#child.ask('rss', null, readNumber);
  }

  /** What of it V8 holds for young objects, in bytes. */
  youngGeneration(): Promise<number> {
    return this.#child.ask('youngGeneration', null, readNumber);
  }

  /** How our client's secrets are protected: `mlock`, `zero-only` or `none`. */
  protection(): Promise<string> {
    return this.#child.ask('protection', null, readText);
  }

  stop(): void {
    this.#child.stop();
  }
}

function readMeasured(value: unknown): Measured {
  return { ...readFields('wallMs', 'cpuMs')(value), latencies: readNumbers(readMember(value, 'latencies')) };
}
