/** Describes a signer or a gateway's key configuration. */
import { readFile } from 'node:fs/promises';
import {
  formatPin,
  inspectDelegation,
  inspectKeyDocument,
  LIMITS,
  parsePin,
  type DocumentKey,
  type InspectedDelegation,
  type InspectedDocument,
} from '@nomyo/protocol-v2';
import { codeOf } from '../files/private-file.js';
import { UsageError } from '../../usage-error.js';
import { delegationIn } from './signer-file.js';

const TIMEOUT_MS = 10_000;

/**
 * @param source a file, or the URL of a gateway with or without `/v2/keys`
 * @param root a pin to check the signatures against
 * @returns lines for a person
 * @throws {UsageError} when it cannot be read, is neither, or is not signed as it must be
 */
export async function inspect(source: string, root: string | undefined): Promise<readonly string[]> {
  const pinned = root === undefined ? undefined : pinnedKey(root);
  const bytes = /^https?:/u.test(source) ? await fetchDocument(source) : await readDocument(source);
  const document = await documentIn(bytes);
  const delegation = document ?? inspectDelegation(delegationIn({ option: 'document', path: source }, bytes));
  if (document?.isSigned === false) {
    throw new UsageError(`${source} is not signed by the signer that it names`);
  }
  if (pinned !== undefined && !(await delegation.isDelegatedBy([pinned]))) {
    throw new UsageError(`${source} is not delegated by the root ${root ?? ''}`);
  }
  return [...delegationLines(delegation, root), ...(document === undefined ? [] : documentLines(document))];
}

/** `undefined` if it is not one: then it may be a signer. */
async function documentIn(bytes: Uint8Array): Promise<InspectedDocument | undefined> {
  try {
    return await inspectKeyDocument(bytes);
  } catch {
    return undefined;
  }
}

function delegationLines(delegation: InspectedDelegation, root: string | undefined): readonly string[] {
  return [
    `realm        ${printable(delegation.realm)}`,
    `epoch        ${String(delegation.epoch)}`,
    `delegation   ${timeOf(delegation.notBefore)} to ${timeOf(delegation.notAfter)}`,
    `signer       ${formatPin(delegation.signer)}`,
    `root         ${root === undefined ? 'not checked; give --root PIN' : `${root}, signatures hold`}`,
  ];
}

function documentLines({ issuedAt, expiresAt, maxRequest, keys }: InspectedDocument): readonly string[] {
  return [
    `document     ${timeOf(issuedAt)} to ${timeOf(expiresAt)}`,
    `max request  ${String(maxRequest)} bytes`,
    ...keys.map(keyLine),
  ];
}

function keyLine({ keyId, suite, activeFrom, activeUntil }: DocumentKey): string {
  return `key          ${keyId}  suite ${String(suite)}  ${timeOf(activeFrom)} to ${timeOf(activeUntil)}`;
}

/** ISO 8601, or the bare number: an untrusted document may hold any value. */
function timeOf(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace('.000Z', 'Z');
}

function printable(text: string): string {
  return text.replace(/[^!-~]/gu, '?');
}

function pinnedKey(root: string): Uint8Array {
  try {
    return parsePin('--root', root);
  } catch {
    throw new UsageError('--root must be a pin, as `keys root` prints it: ed25519/BASE64');
  }
}

async function readDocument(path: string): Promise<Uint8Array> {
  try {
    const content = await readFile(path);
    if (content.byteLength <= LIMITS.maxDocument) return content;
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${codeOf(error)}`);
  }
  throw new UsageError(`${path} is too large for a key configuration`);
}

async function fetchDocument(source: string): Promise<Uint8Array> {
  const url = new URL(source);
  if (!url.pathname.endsWith('/v2/keys')) url.pathname = `${url.pathname.replace(/\/+$/u, '')}/v2/keys`;
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const bytes = await boundedBody(response);
    if (response.ok && bytes !== undefined) return bytes;
  } catch {
    throw new UsageError(`${url.origin} gave no key configuration: it could not be reached, or redirects`);
  }
  throw new UsageError(`${url.href} is no key configuration`);
}

async function boundedBody({ body }: Response): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body ?? []) {
    length += piece.byteLength;
    if (length > LIMITS.maxDocument) return undefined;
    pieces.push(piece);
  }
  // eslint-disable-next-line nomyo/no-heap-secrets -- a public document
  return Buffer.concat(pieces, length);
}
