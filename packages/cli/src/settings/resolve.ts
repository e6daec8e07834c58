/** Flags, then the environment, then the configuration file: the first that says something decides. Pure. */
import { UsageError } from '../exit/codes.js';
import { flagName, IN_FILE, SETTINGS, type Setting, type SettingName, type Settings } from './table.js';
import type { Given } from './values.js';

/** A value as commander parsed it: a text, texts, or a switch. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Variables of the environment; an empty one counts as none. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration file, where there is one. */
export interface ConfigFile {
  readonly path: string;
  readonly members: Readonly<Record<string, unknown>>;
}

interface Found {
  readonly given: Given;
  readonly origin: string;
}

/** @throws {UsageError} on a wrong value, naming it as the user wrote it */
export function resolveSettings(flags: Flags, env: Environment, file: ConfigFile | undefined): Settings {
  if (file !== undefined) refuseUnknown(file);
  refuseBoth(flags, 'keyDir', 'ephemeral');
  refuseBoth(flags, 'apiKeyFile', 'apiKeyFd');
  const found: Record<string, unknown> = {};
  for (const name of Object.keys(SETTINGS).filter(isSettingName)) {
    const setting: Setting<unknown> = SETTINGS[name];
    const place =
      inFlags(name, setting, flags) ?? inEnvironment(setting, env) ?? inFile(name, setting, env, file);
    if (place !== undefined) found[name] = setting.read(place.given, place.origin);
  }
  if (found['audit'] === undefined && (found['auditRequired'] === true || found['auditKey'] !== undefined)) {
    throw new UsageError(
      '--audit-required and --audit-key belong to an audit log: name its file with --audit',
    );
  }
  return preferFlag(found, flags);
}

const isSettingName = (name: string): name is SettingName => Object.hasOwn(SETTINGS, name);

function inFlags(name: SettingName, setting: Setting<unknown>, flags: Flags): Found | undefined {
  const value = flags[name];
  return value === undefined ? undefined : { given: texts(value), origin: flagName(setting) };
}

function inEnvironment({ env: variable }: Setting<unknown>, env: Environment): Found | undefined {
  const text = variable === undefined ? undefined : env[variable];
  return text === undefined || text === '' || variable === undefined
    ? undefined
    : { given: [text], origin: variable };
}

function inFile(
  name: SettingName,
  setting: Setting<unknown>,
  env: Environment,
  file: ConfigFile | undefined,
): Found | undefined {
  const value = file?.members[name];
  if (file === undefined || value === undefined) return undefined;
  const origin = `${name} in ${file.path}`;
  if (!isFitting(value, setting)) throw new UsageError(`${origin} must be ${kindOf(setting)}`);
  // The secret itself stands in the environment, which comes before the file.
  const secret = SECRETS.get(name);
  if (secret !== undefined && (env[secret] ?? '') !== '') return undefined;
  return { given: texts(value), origin };
}

/** Settings that name the file of a secret, and the variable that holds the same. */
const SECRETS: ReadonlyMap<SettingName, string> = new Map([
  ['apiKeyFile', 'NOMYO_API_KEY'],
  ['keyPasswordFile', 'NOMYO_KEY_PASSWORD'],
]);

const isSwitch = ({ flag }: Setting<unknown>): boolean => !flag.includes('<');

function isFitting(value: unknown, setting: Setting<unknown>): boolean {
  if (isSwitch(setting)) return typeof value === 'boolean';
  if (typeof value === 'number') return setting.isNumber === true;
  if (setting.isList !== true || typeof value === 'string') return typeof value === 'string';
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
}

function kindOf(setting: Setting<unknown>): string {
  if (isSwitch(setting)) return 'true or false';
  if (setting.isNumber === true) return 'a number or a string';
  return setting.isList === true ? 'a string or a list of strings' : 'a string';
}

const texts = (value: unknown): Given => (Array.isArray(value) ? value.map(String) : [String(value)]);

function refuseUnknown({ path, members }: ConfigFile): void {
  const unknown = Object.keys(members).find((name) => !IN_FILE.some((known) => known === name));
  if (unknown === undefined) return;
  throw new UsageError(`${unknown} in ${path} is not a known setting; ${adviceOn(unknown)}`);
}

function adviceOn(unknown: string): string {
  if (/password|passphrase/iu.test(unknown)) {
    return 'secrets do not belong there: set NOMYO_KEY_PASSWORD, or name its file with keyPasswordFile';
  }
  return /key|token|secret/iu.test(unknown)
    ? 'secrets do not belong there: set NOMYO_API_KEY, or name its file with apiKeyFile'
    : `the known ones are ${IN_FILE.join(', ')}`;
}

function refuseBoth(flags: Flags, one: SettingName, other: SettingName): void {
  if (flags[one] === undefined || flags[other] === undefined) return;
  throw new UsageError(`${flagName(SETTINGS[one])} and ${flagName(SETTINGS[other])} cannot be used together`);
}

/** `--ephemeral` sets aside a directory that the file names, and `--key-dir` an `ephemeral` there. */
function preferFlag(found: Record<string, unknown>, flags: Flags): Settings {
  const { keyDir: _keyDir, ...inMemory } = found;
  const { ephemeral: _ephemeral, ...inFiles } = found;
  if (flags['keyDir'] !== undefined) return inFiles;
  return found['ephemeral'] === true ? inMemory : inFiles;
}
