/** Arguments of the low-level client. */
import { InvalidArgumentError, isArrayBuffer, isBytes } from '@nomyo/base';
import type { CallInput } from './call/call-runner.js';

/** The members that all low-level calls share. */
export const PAYLOAD_CALL: Omit<CallInput, keyof PayloadOfCall> = {
  operation: 'payload',
  method: 'POST',
  path: '/v1/chat/completions',
  headers: {},
  signal: undefined,
  stream: false,
};

/** The members that differ. */
type PayloadOfCall = Pick<
  CallInput,
  'payload' | 'payloadId' | 'securityTier' | 'apiKey' | 'timeout' | 'maxRetries'
>;

/** @throws {InvalidArgumentError} when `envelope` is not bytes */
export function envelopeBytes(envelope: unknown): Uint8Array {
  if (isBytes(envelope)) return envelope;
  if (isArrayBuffer(envelope)) return new Uint8Array(envelope);
  throw new InvalidArgumentError('envelope', 'must be an ArrayBuffer or a Uint8Array');
}
