/** What single operations of @nomyo/crypto take, in ms: sealing, opening, protected memory, JSON. */
import { performance } from 'node:perf_hooks';
import {
  openEnvelope,
  type RsaPrivateKey,
  sealEnvelope,
  SecureByteContext,
  serializeJson,
} from '@nomyo/crypto';
import { payloadOf, textOf, type Shape } from '../payloads.js';

/** How often, and on how much. */
export interface OperationLoad {
  readonly bytes: number;
  readonly times: number;
  /** Of what is serialized. Default: prose. */
  readonly shape?: Shape;
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
  const objects = new Map<string, object>();
  const object = ({ bytes, shape = 'prose' }: OperationLoad): object => {
    const name = `${String(bytes)} ${shape}`;
    const known = objects.get(name) ?? payloadOf(shape, bytes);
    objects.set(name, known);
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
    serialize: (load) => perOperation(load.times, () => serializeJson(object(load)).dispose()),
    stringify: (load) => perOperation(load.times, () => Buffer.from(JSON.stringify(object(load)))),
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
