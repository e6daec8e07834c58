/** Arguments of the lower level. */
import { InvalidArgumentError, isArrayBuffer, isBytes } from '@nomyo/base';
import type { CallInput } from './call-runner.js';

/** Shared by all low-level calls. */
export const PAYLOAD_CALL: Omit<CallInput, keyof PayloadOfCall> = {
  operation: 'payload',
  method: 'POST',
  path: '/v1/chat/completions',
  headers: {},
  signal: undefined,
  stream: false,
};

/** Specific to each of them. */
type PayloadOfCall = Pick<
  CallInput,
  'payload' | 'payloadId' | 'securityTier' | 'apiKey' | 'timeout' | 'maxRetries'
>;

/** @throws {InvalidArgumentError} */
export function envelopeBytes(envelope: unknown): Uint8Array {
  if (isBytes(envelope)) return envelope;
  if (isArrayBuffer(envelope)) return new Uint8Array(envelope);
  throw new InvalidArgumentError('envelope', 'must be an ArrayBuffer or a Uint8Array');
}
