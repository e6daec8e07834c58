/** Memory of `nomyo-native`. */
import { isArrayBuffer, type Bytes } from '@nomyo/base';
import { codeOf, type Addon, type NativeRegion } from '../runtime/addon.node.js';
import type { ProtectedMemory } from './backend.js';
import { lockLimits, type LockState } from './lock-limits.node.js';
import { NoRoomError } from './not-locked.js';
import { heldBytes, lockedMemoryWasReleased, lockedMemoryWasTaken } from './room.js';

/** Most memory that stays locked for small secrets once all are released, in bytes: one chunk of the addon's arena. */
const LASTING_BYTES = 256 * 1024;

/** A region of the addon. The memory is returned on release; its addresses, once nothing can write to them any more. */
export class LockedMemory implements ProtectedMemory {
  readonly region: NativeRegion;
  readonly length: number;
  #bytes: Bytes | undefined;
  #isReleased = false;

  /** Takes over `region`, of which the first `length` bytes are used. */
  constructor(region: NativeRegion, length: number = region.length) {
    this.region = region;
    this.length = length;
    lockedMemoryWasTaken(region.length);
  }

  /** Created on first use: a key that only the addon uses needs no view. */
  get bytes(): Bytes {
    this.#bytes ??= onArrayBuffer(this.region.view()).subarray(0, this.length);
    return this.#bytes;
  }

  get locked(): boolean {
    return this.region.locked;
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.region.release();
    lockedMemoryWasReleased(this.region.length);
  }
}

/**
 * Runs a task that takes locked memory of the addon.
 *
 * @param bytes number of bytes that it needs
 * @throws {NoRoomError} when the addon cannot lock them
 */
export function withLock<T>(addon: Addon, bytes: number, task: () => T): T {
  try {
    return task();
  } catch (error) {
    throw notLockedOr(addon, bytes, error);
  }
}

/** {@link withLock} for a task that is already running. */
export async function withLockAsync<T>(addon: Addon, bytes: number, task: Promise<T>): Promise<T> {
  try {
    return await task;
  } catch (error) {
    throw notLockedOr(addon, bytes, error);
  }
}

function notLockedOr(addon: Addon, bytes: number, error: unknown): unknown {
  return codeOf(error) === 'ERR_NOMYO_NATIVE_NOT_LOCKED'
    ? new NoRoomError(bytes, lockLimits(lockState(addon)))
    : error;
}

function lockState(addon: Addon): LockState {
  const { lockedBytes, sharedBytes, limitBytes } = addon.info();
  const lastingBytes = Math.min(sharedBytes, LASTING_BYTES);
  return { lockedBytes, lastingBytes, limitBytes, heldBytes: heldBytes() };
}

function onArrayBuffer(view: Uint8Array): Bytes {
  const { buffer, byteOffset, byteLength } = view;
  if (isArrayBuffer(buffer)) return new Uint8Array(buffer, byteOffset, byteLength);
  throw new TypeError('nomyo-native gave no ArrayBuffer');
}
