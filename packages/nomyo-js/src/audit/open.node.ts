/** Opens a log, which only one process at a time can have open. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { lockDirectory, type DirectoryLease } from '@nomyo/keystore';
import { AuditError, failureOf } from './errors.js';
import { storedHashKey } from './hash-key.node.js';
import { AuditLog } from './log.node.js';
import { checkOptions, type AuditLogOptions } from './options.node.js';
import { Reserve } from './reserve.node.js';
import { apiKeyHashKey } from './signing.node.js';
import { nameOfError } from './system.js';
import { AuditWriter } from './writer.node.js';

/** Longest wait for another process to close a log, in ms. */
const LOCK_MS = 20_000;

/**
 * Opens a log, waiting up to 20 s for another process to close it, and marks damage that a crash left in it.
 *
 * @throws {InvalidArgumentError} on an invalid option
 * @throws {AuditError} when the file cannot be written, is not an audit log, or stays open in another process
 * @example
 * const audit = await openAuditLog({ file: '/var/log/nomyo.jsonl', required: true });
 * const client = new SecureChatCompletion({ audit });
 */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const { file, ...writerOptions } = checkOptions(options);
  const lease = await lock(file);
  try {
    const writer = new AuditWriter({ file, ...writerOptions });
    writer.begin();
    const { signingKey } = writerOptions;
    const hashKey = signingKey === undefined ? storedHashKey(file) : apiKeyHashKey(signingKey);
    const reserve = options.required === true ? new Reserve(file) : undefined;
    return new AuditLog({ writer, lease, options: { ...options, file }, hashKey, reserve });
  } catch (error) {
    await lease.release();
    throw failureOf(file, error);
  }
}

async function lock(file: string): Promise<DirectoryLease> {
  try {
    if (!statSync(dirname(file)).isDirectory()) throw new AuditError(`${dirname(file)} is not a directory`);
    return await lockDirectory(`${file}.lock`, AbortSignal.timeout(LOCK_MS));
  } catch (error) {
    if (nameOfError(error) === 'TimeoutError') {
      const message = `${file} is being written by another process. Use a separate file for each process`;
      throw new AuditError(message, { cause: error });
    }
    throw failureOf(file, error);
  }
}
