/** Single operations of @nomyo/crypto, and what does the same without protection. */
import { performance } from 'node:perf_hooks';
import { getMemoryProtectionInfo, SecureByteContext, serializeJson } from '@nomyo/crypto';
import { requestOf } from '../payloads.js';

/** How often, and on how much. */
export interface OperationLoad {
  readonly bytes: number;
  readonly times: number;
}

/** All but the first return the time of one operation, in ms. */
export interface OperationCommands {
  /** Whether memory is locked, which only the addon can. */
  locks(): boolean;
  contexts(load: OperationLoad): number;
  buffers(load: OperationLoad): number;
  serialize(load: OperationLoad): number;
  stringify(load: OperationLoad): number;
}

export function operationCommands(): OperationCommands {
  return {
    locks: () => getMemoryProtectionInfo().method === 'mlock',
    contexts: ({ bytes, times }) => perOperation(times, () => SecureByteContext.allocate(bytes).dispose()),
    buffers: ({ bytes, times }) => perOperation(times, () => Buffer.alloc(bytes).fill(0)),
    serialize: ({ bytes, times }) => {
      const request = requestOf(bytes);
      return perOperation(times, () => serializeJson(request).dispose());
    },
    stringify: ({ bytes, times }) => {
      const request = requestOf(bytes);
      return perOperation(times, () => Buffer.from(JSON.stringify(request)));
    },
  };
}

function perOperation(times: number, operation: () => unknown): number {
  const started = performance.now();
  for (let i = 0; i < times; i += 1) operation();
  return (performance.now() - started) / times;
}
