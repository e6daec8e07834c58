/** The file of API keys: hashes only, one JSON document. */
import type { NamedFile } from '../files/private-file.js';
import { UsageError } from '../../usage-error.js';
import { isObject, isTier } from '../json/values.js';
import type { ApiKeyEntry } from './api-key.js';

const FORMAT = 'nomyo-router api keys 1';

const HEX = /^[0-9a-f]+$/u;

/** The text of the file. */
export function encodeApiKeys(entries: readonly ApiKeyEntry[]): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ format: FORMAT, keys: entries }, null, 2)}\n`);
}

/** @throws {UsageError} when it is not what {@link encodeApiKeys} writes; the message quotes nothing of it */
export function decodeApiKeys({ option, path }: NamedFile, content: Uint8Array): readonly ApiKeyEntry[] {
  const document = parse(content);
  const keys: unknown = isObject(document) && document['format'] === FORMAT ? document['keys'] : undefined;
  if (!Array.isArray(keys)) {
    throw new UsageError(
      `${option} ${path} is no file of API keys; make one with: nomyo-router api-keys add`,
    );
  }
  const entries = keys.filter(isEntry);
  const ids = new Set(entries.map(({ id }) => id));
  if (entries.length !== keys.length || ids.size !== keys.length) {
    throw new UsageError(`${option} ${path} is damaged: an entry is incomplete, or there twice`);
  }
  return entries;
}

function parse(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is ApiKeyEntry {
  return (
    isObject(value) &&
    isHex(value['id'], 16) &&
    isHex(value['salt'], 32) &&
    isHex(value['hash'], 64) &&
    typeof value['name'] === 'string' &&
    typeof value['created'] === 'string' &&
    (value['tiers'] === undefined || (Array.isArray(value['tiers']) && value['tiers'].every(isTier))) &&
    (value['perMinute'] === undefined || isCount(value['perMinute']))
  );
}

function isHex(value: unknown, digits: number): boolean {
  return typeof value === 'string' && value.length === digits && HEX.test(value);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}
