import type { Bytes } from '@nomyo/base';
import type { NativeRegion } from './addon.node.js';
import type { ProtectedMemory } from './backend.js';

/** Memory of `nomyo-native`: it is given back only when nothing can write to it any more. */
export class LockedMemory implements ProtectedMemory {
  readonly bytes: Bytes;
  readonly #region: NativeRegion;

  /** Takes `region` over, of which the first `length` bytes are used. */
  constructor(region: NativeRegion, length: number) {
    this.#region = region;
    this.bytes = onArrayBuffer(region.view()).subarray(0, length);
  }

  get locked(): boolean {
    return this.#region.locked;
  }

  release(): void {
    this.#region.release();
  }
}

function onArrayBuffer(view: Uint8Array): Bytes {
  if (view.buffer instanceof ArrayBuffer) {
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  }
  throw new TypeError('nomyo-native gave no ArrayBuffer');
}
