/** The directory that a command about keys works in. */
import { keyDirOf } from '../../client/config.js';
import type { Context } from '../../context.js';
import { UsageError } from '../../exit/codes.js';

/** @throws {UsageError} when the settings say that keys live in memory */
export function keyDirectory(context: Context): string {
  const keyDir = keyDirOf(context);
  if (keyDir !== null) return keyDir;
  throw new UsageError(
    'keys in memory have no files: leave out ephemeral (NOMYO_EPHEMERAL), or give --key-dir',
  );
}
