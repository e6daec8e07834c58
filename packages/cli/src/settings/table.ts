/** The settings that commands share: flag, environment variable and name in the configuration file, each once. */
import type { Policy, SecurityTier } from 'nomyo-js';
import * as values from './values.js';

/** One setting. */
export interface Setting<T> {
  /** As commander reads it. */
  readonly flag: string;
  readonly env?: string;
  readonly help: string;
  /** May be given several times. */
  readonly isList?: boolean;
  /** @throws {UsageError} naming `origin` */
  readonly read: values.Reader<T>;
}

/** What each setting is worth, once it was read. */
export interface SettingValues {
  readonly baseUrl: string;
  readonly tlsCa: string;
  readonly apiKeyFile: string;
  readonly apiKeyFd: number;
  readonly keyDir: string;
  readonly keyPasswordFile: string;
  readonly ephemeral: boolean;
  readonly tier: SecurityTier;
  readonly model: string;
  /** In ms. */
  readonly timeout: number;
  readonly maxRetries: number;
  readonly pin: readonly string[];
  readonly firstUse: boolean;
  readonly root: readonly string[];
  readonly realm: string;
  readonly policy: Readonly<Policy>;
  readonly audit: string;
  readonly auditRequired: boolean;
  readonly auditKey: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly local: boolean;
}

/** The name of a setting. */
export type SettingName = keyof SettingValues;

/** What was found, in no particular place. */
export type Settings = Partial<SettingValues>;

/** Every setting, by its name in the configuration file. */
export const SETTINGS: { readonly [N in SettingName]: Setting<SettingValues[N]> } = {
  baseUrl: {
    flag: '--base-url <url>',
    env: 'NOMYO_BASE_URL',
    help: 'where the router is (default: https://api.nomyo.ai)',
    read: values.aUrl,
  },
  tlsCa: {
    flag: '--tls-ca <file>',
    env: 'NOMYO_TLS_CA',
    help: 'PEM of certificate authorities to trust besides the usual ones',
    read: values.aPath,
  },
  apiKeyFile: {
    flag: '--api-key-file <file>',
    env: 'NOMYO_API_KEY_FILE',
    help: 'file with the API key (or NOMYO_API_KEY in the environment)',
    read: values.aPath,
  },
  apiKeyFd: {
    flag: '--api-key-fd <n>',
    help: 'open file descriptor to read the API key from',
    read: values.aDescriptor,
  },
  keyDir: {
    flag: '--key-dir <dir>',
    env: 'NOMYO_KEY_DIR',
    help: 'directory of the key pair (default: ~/.local/share/nomyo/keys)',
    read: values.aPath,
  },
  keyPasswordFile: {
    flag: '--key-password-file <file>',
    env: 'NOMYO_KEY_PASSWORD_FILE',
    help: 'file with the password of the key pair (or NOMYO_KEY_PASSWORD)',
    read: values.aPath,
  },
  ephemeral: {
    flag: '--ephemeral',
    env: 'NOMYO_EPHEMERAL',
    help: 'a new key pair, in memory only',
    read: values.aSwitch,
  },
  tier: {
    flag: '--tier <tier>',
    env: 'NOMYO_TIER',
    help: 'security tier: standard, high or maximum',
    read: values.aTier,
  },
  model: {
    flag: '--model <name>',
    env: 'NOMYO_MODEL',
    help: 'the model that answers',
    read: values.aModel,
  },
  timeout: {
    flag: '--timeout <time>',
    env: 'NOMYO_TIMEOUT',
    help: 'for one attempt, such as 90, 90s or 5m (default: 10m)',
    read: values.aDuration,
  },
  maxRetries: {
    flag: '--max-retries <n>',
    env: 'NOMYO_MAX_RETRIES',
    help: 'attempts after the first (default: 2); a retry can run a call twice',
    read: values.aCount(0, 100),
  },
  pin: {
    flag: '--pin <sha256/…>',
    env: 'NOMYO_PIN',
    help: 'a key of the router that is accepted; repeatable, no other is',
    isList: true,
    read: values.pins,
  },
  firstUse: {
    flag: '--first-use',
    env: 'NOMYO_FIRST_USE',
    help: 'remember the router’s key, and refuse another one later',
    read: values.aSwitch,
  },
  root: {
    flag: '--root <ed25519/…>',
    env: 'NOMYO_ROOT',
    help: 'pin of the root of a router that speaks version 2, and nothing else is spoken; repeatable',
    isList: true,
    read: values.roots,
  },
  realm: {
    flag: '--realm <name>',
    env: 'NOMYO_REALM',
    help: 'what the root vouches for, with --root (default: the host of the base URL)',
    read: values.aRealm,
  },
  policy: {
    flag: '--policy <name>',
    env: 'NOMYO_POLICY',
    help: 'rules that every call must keep to: phi',
    read: values.aPolicy,
  },
  audit: {
    flag: '--audit <file>',
    env: 'NOMYO_AUDIT',
    help: 'write a line about every call to this file, without content',
    read: values.aPath,
  },
  auditRequired: {
    flag: '--audit-required',
    env: 'NOMYO_AUDIT_REQUIRED',
    help: 'send nothing when the audit log cannot be written',
    read: values.aSwitch,
  },
  auditKey: {
    flag: '--audit-key <file>',
    env: 'NOMYO_AUDIT_KEY',
    help: 'private key that signs checkpoints of the audit log; `nomyo audit init` makes one',
    read: values.aPath,
  },
  json: {
    flag: '--json',
    help: 'JSON on stdout, errors as JSON on stderr',
    read: values.aSwitch,
  },
  quiet: { flag: '--quiet', help: 'nothing on stderr but errors', read: values.aSwitch },
  local: {
    flag: '--local',
    help: 'start a local router inside this command: no account, no model, nothing leaves the machine',
    read: values.aSwitch,
  },
};

/** The settings of the audit log. */
export const AUDIT: readonly SettingName[] = ['audit', 'auditRequired', 'auditKey'];

/** The settings that may stand in the configuration file: what holds for every call, and no secret. */
export const IN_FILE: readonly SettingName[] = [
  'baseUrl',
  'tlsCa',
  'apiKeyFile',
  'keyDir',
  'keyPasswordFile',
  'ephemeral',
  'tier',
  'model',
  'timeout',
  'maxRetries',
  'pin',
  'firstUse',
  'root',
  'realm',
  'policy',
  ...AUDIT,
];

/** `--base-url <url>` as commander stores it: `baseUrl`. Each setting's name is that of its flag. */
export const flagName = ({ flag }: { readonly flag: string }): string => flag.split(' ')[0] ?? flag;
