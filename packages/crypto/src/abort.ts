/**
 * The part of an `AbortSignal` that is listened to here. A whole one of Node's costs a call of 1 KB more than its AES:
 * whoever makes one for each call may give something lighter.
 */
export interface AbortSignalLike {
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
