/** Seals requests (SPEC of version 2, sections 6 and 7). */
import { given, InvalidArgumentError } from '@nomyo/base';
import {
  sealRequest,
  type DocumentKey,
  type KeyDocument,
  type RequestHead,
  type SealedRequest,
} from '@nomyo/protocol-v2';
import type { PreparedCall } from '../protocol.js';

/** A call, and its head, which has been checked. */
export interface SealableCall {
  readonly call: PreparedCall;
  readonly head: RequestHead;
}

/** An API key that a head can hold. */
const PRINTABLE = /^[\x20-\x7e]{1,8000}$/;

/** @throws {InvalidArgumentError} on an API key that a head cannot hold */
export function headOf({ method, path, apiKey, securityTier }: PreparedCall): RequestHead {
  if (apiKey !== undefined && !PRINTABLE.test(apiKey)) {
    throw new InvalidArgumentError('apiKey', 'must be 1 to 8,000 printable ASCII characters in version 2');
  }
  return {
    method,
    path,
    ...(method === 'POST' ? { contentType: 'application/json' } : {}),
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    ...given('tier', securityTier),
  };
}

/** The key that a call is sealed to. */
export interface SealTo {
  readonly key: DocumentKey;
  readonly document: KeyDocument;
  /** Unix seconds. */
  readonly now: number;
  /** 32 hexadecimal digits. Default: new and random. */
  readonly requestId: string | undefined;
}

/**
 * Seals a call. The body is not changed, so that it can be sealed again.
 *
 * @throws {NomyoError} `TOO_LARGE` when the body exceeds the gateway's limit
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`, when memory cannot be locked
 */
export function sealCall({ call, head }: SealableCall, to: SealTo): SealedRequest | Promise<SealedRequest> {
  const { memory, timeout, signal } = call;
  const { key, document, now, requestId } = to;
  const options = {
    key,
    head,
    now,
    maxRequest: document.maxRequest,
    memory: memory.options,
    ...given('requestId', requestId),
  };
  const seal = (): Promise<SealedRequest> =>
    call.body === undefined
      ? sealRequest(options)
      : call.body.borrow((body) => sealRequest({ ...options, body }));
  return memory.take(seal, { timeout, signal, urgent: true });
}
