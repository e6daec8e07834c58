/** What single operations of @nomyo/crypto take, in ms: sealing, opening, protected memory, JSON. */
import { performance } from 'node:perf_hooks';
import {
  openEnvelope,
  type RsaPrivateKey,
  sealEnvelope,
  SecureByteContext,
  serializeJson,
} from '@nomyo/crypto';
import { requestOf, textOf, type BenchRequest } from '../payloads.js';

/** How often, and on how much. */
export interface OperationLoad {
  readonly bytes: number;
  readonly times: number;
}

/** Handlers for {@link serve}; each measures one batch. */
export interface Operations {
  seal(load: OperationLoad): Promise<number>;
  open(load: OperationLoad): Promise<number>;
  contexts(load: OperationLoad): Promise<number>;
  serialize(load: OperationLoad): Promise<number>;
  stringify(load: OperationLoad): Promise<number>;
}

/** @param key opens what it sealed itself */
export function operationsWith(key: RsaPrivateKey): Operations {
  const requests = new Map<number, BenchRequest>();
  const request = (bytes: number): BenchRequest => {
    const known = requests.get(bytes) ?? requestOf(bytes);
    requests.set(bytes, known);
    return known;
  };
  const payload = (bytes: number): Uint8Array => new TextEncoder().encode(textOf(bytes));
  return {
    seal: ({ bytes, times }) => {
      const plaintext = payload(bytes);
      return perOperation(times, () => sealEnvelope(plaintext, key.publicKey));
    },
    open: async ({ bytes, times }) => {
      const envelope = await sealEnvelope(payload(bytes), key.publicKey);
      return perOperation(times, async () => (await openEnvelope(envelope, key)).plaintext.dispose());
    },
    contexts: ({ bytes, times }) => perOperation(times, () => SecureByteContext.allocate(bytes).dispose()),
    serialize: ({ bytes, times }) => perOperation(times, () => serializeJson(request(bytes)).dispose()),
    stringify: ({ bytes, times }) => perOperation(times, () => Buffer.from(JSON.stringify(request(bytes)))),
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
