/**
 * `--root` means version 2 of the protocol, and nothing else. What belongs to version 1 would have no effect beside it, so
 * it is refused, wherever it was asked for. Pure.
 */
import type { Context } from '../context.js';
import { UsageError } from '../exit/codes.js';
import { flagName, SETTINGS, type SettingName, type Settings } from '../settings/table.js';

/** Of version 1: whom to trust. */
const TRUST: readonly SettingName[] = ['pin', 'firstUse'];

/** @throws {UsageError} on a setting of the other version */
export function checkVersion(settings: Settings): void {
  const { root, realm } = settings;
  if (root === undefined && realm === undefined) return;
  if (root === undefined) throw new UsageError('--realm belongs to version 2: name its root with --root');
  const other = TRUST.find((name) => settings[name] !== undefined && settings[name] !== false);
  if (other === undefined) return;
  throw new UsageError(
    `${flagName(SETTINGS[other])} cannot be used with --root: the root vouches for every key of the router`,
  );
}

/**
 * For commands that need a key pair for version 1 alone.
 *
 * @throws {UsageError}
 */
export function refuseKeyPassword({ settings, flags }: Pick<Context, 'settings' | 'flags'>): void {
  if (settings.root === undefined || flags['keyPasswordFile'] === undefined) return;
  throw new UsageError(
    '--key-password-file cannot be used with --root: version 2 has no key pair to protect',
  );
}
