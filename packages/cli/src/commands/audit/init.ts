/** `nomyo audit init`: a key that signs the checkpoints of audit logs. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '@nomyo/base';
import { createAuditKey } from 'nomyo-js/audit';
import type { Context } from '../../context.js';
import { UsageError } from '../../exit/codes.js';

const PRIVATE_DIRECTORY = 0o700;

/** Writes the key pair, and never over another one. */
export function run({ words: [directory = ''], output }: Context): Promise<void> {
  const files = {
    privateKeyPath: join(directory, 'audit_private_key.pem'),
    publicKeyPath: join(directory, 'audit_public_key.pem'),
  };
  const key = make(directory, files);
  if (output.json) output.data({ key, ...files });
  else {
    output.line(
      `${key}\n  signs with  ${files.privateKeyPath}\n  verify with ${files.publicKeyPath}, and keep a copy elsewhere`,
    );
  }
  return Promise.resolve();
}

/** @throws {UsageError} when a file is there already, or cannot be written */
function make(directory: string, files: Parameters<typeof createAuditKey>[0]): string {
  try {
    mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
    return createAuditKey(files);
  } catch (error) {
    const isSystem = isObject(error) && typeof error['syscall'] === 'string';
    if (!isSystem) throw error;
    throw new UsageError(
      `${typeof error['path'] === 'string' ? error['path'] : directory} cannot be written (${String(error['code'])})`,
    );
  }
}
