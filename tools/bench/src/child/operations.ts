/** Times of single operations of @nomyo/crypto, in ms: sealing, opening, protected memory, JSON. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import {
  decodePem,
  getMemoryProtectionInfo,
  openEnvelope,
  RsaPrivateKey,
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

/** Each handler but the first measures one batch. @param keyDir has the pair that opens what it sealed itself */
export async function openOperations(keyDir: string): Promise<Handlers> {
  const { der } = decodePem(await readFile(join(keyDir, 'private_key.pem')));
  const key = await RsaPrivateKey.fromPkcs8(der);
  const payload = (bytes: number): Uint8Array => new TextEncoder().encode(textOf(bytes));
  return {
    protection: () => getMemoryProtectionInfo().method,
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
