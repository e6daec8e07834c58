import type { Child } from './child/child-process.js';
import type { LoopBlock } from './child/event-loop.js';
import type { Load, Measured } from './child/load.js';
import type { MemoryUse } from './child/memory.js';
import type { PrimitivesOrder } from './child/primitives.js';
import { readFields, readMember, readNumber, readNumbers } from './child/read.js';

const readBlock = readFields('longest', 'waited');

/** A client in a process of its own, so that no variant shares a heap, a cache of code or a thread with another. */
export class ClientProcess {
  readonly #child: Child;

  constructor(child: Child) {
    this.#child = child;
  }

  /** Runs calls; see {@link Load}. */
  load(load: Load): Promise<Measured> {
    return this.#child.ask('load', load, (value) => ({
      ...readFields('wallMs', 'cpuMs')(value),
      latencies: readNumbers(readMember(value, 'latencies')),
    }));
  }

  /** Runs calls and watches the event loop. */
  loop(load: Load): Promise<LoopBlock> {
    return this.#child.ask('loop', load, readBlock);
  }

  /** Makes a key pair of 4096 bits and watches the event loop. */
  loopOfKey(whose: 'ours' | 'reference'): Promise<LoopBlock> {
    return this.#child.ask('loopOfKey', whose, readBlock);
  }

  /** One call, and the peak of memory during it. */
  memory(load: Load): Promise<MemoryUse> {
    return this.#child.ask('memory', load, readFields('before', 'peak'));
  }

  /** Resident memory, in bytes. */
  rss(): Promise<number> {
    return this.#child.ask('rss', null, readNumber);
  }

  /** CPU of the bare cryptography of one call of version 2, in ms; 0 where its Node has no ML-KEM. */
  primitives(order: PrimitivesOrder): Promise<number> {
    return this.#child.ask('primitives', order, readNumber);
  }

  stop(): void {
    this.#child.stop();
  }
}
