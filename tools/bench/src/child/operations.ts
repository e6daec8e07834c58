/** What single operations of @nomyo/crypto take, in ms: sealing, opening, protected memory, JSON. */
import { performance } from 'node:perf_hooks';
import {
  openEnvelope,
  type RsaPrivateKey,
  sealEnvelope,
  SecureByteContext,
  serializeJson,
} from '@nomyo/crypto';
import { requestOf, textOf } from '../payloads.js';
import type { Handlers } from './channel.js';

/** How often, and on how much. */
export interface OperationLoad {
  readonly bytes: number;
  readonly times: number;
}

/** Each handler measures one batch. @param key opens what it sealed itself */
export function operationsWith(key: RsaPrivateKey): Handlers {
  const payload = (bytes: number): Uint8Array => new TextEncoder().encode(textOf(bytes));
  return {
    seal: ({ bytes, times }: OperationLoad) => {
      const plaintext = payload(bytes);
      return perOperation(times, () => sealEnvelope(plaintext, key.publicKey));
    },
    open: async ({ bytes, times }: OperationLoad) => {
      const envelope = await sealEnvelope(payload(bytes), key.publicKey);
      return perOperation(times, async () => (await openEnvelope(envelope, key)).plaintext.dispose());
    },
    contexts: ({ bytes, times }: OperationLoad) =>
      perOperation(times, () => SecureByteContext.allocate(bytes).dispose()),
    buffers: ({ bytes, times }: OperationLoad) => perOperation(times, () => Buffer.alloc(bytes).fill(0)),
    serialize: ({ bytes, times }: OperationLoad) => {
      const request = requestOf(bytes);
      return perOperation(times, () => serializeJson(request).dispose());
    },
    stringify: ({ bytes, times }: OperationLoad) => {
      const request = requestOf(bytes);
      return perOperation(times, () => Buffer.from(JSON.stringify(request)));
    },
  };
}

async function perOperation(times: number, operation: () => unknown): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < times; i += 1) {
    const result = operation();
    if (result instanceof Promise) await result;
  }
  return (performance.now() - started) / times;
}
