/** Files that a command was told to read. */
import { isObject } from '@nomyo/base';
import { UsageError } from '../../exit/codes.js';

/** @throws {UsageError} when one of them cannot be read; errors that are not from the system pass through */
export function reading<T>(files: readonly string[], read: () => T): T {
  try {
    return read();
  } catch (error) {
    const isSystem = isObject(error) && typeof error['syscall'] === 'string';
    if (!isSystem) throw error;
    const path = typeof error['path'] === 'string' ? error['path'] : files.join(', ');
    throw new UsageError(`${path} cannot be read (${String(error['code'])})`);
  }
}
