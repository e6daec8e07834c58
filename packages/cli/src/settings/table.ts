/** The settings that commands share. Flag, environment variable and name in the configuration file stand here once. */
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
  /** May be a number in the configuration file. */
  readonly isNumber?: boolean;
  /** @throws {UsageError} naming `origin` */
  readonly read: values.Reader<T>;
}

/** The value of each setting, once it has been read. */
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

/** The settings that were given, wherever that was. */
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
    help: 'PEM file with more certificate authorities to trust',
    read: values.aPath,
  },
  apiKeyFile: {
    flag: '--api-key-file <file>',
    env: 'NOMYO_API_KEY_FILE',
    help: 'file that holds the API key (or set NOMYO_API_KEY)',
    read: values.aPath,
  },
  apiKeyFd: {
    flag: '--api-key-fd <n>',
    help: 'read the API key from this open file descriptor',
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
    help: 'file that holds the password of the key pair (or set NOMYO_KEY_PASSWORD)',
    read: values.aPath,
  },
  ephemeral: {
    flag: '--ephemeral',
    env: 'NOMYO_EPHEMERAL',
    help: 'use a new key pair that is never written to disk',
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
    help: 'time limit for one attempt, such as 90, 90s or 5m (default: 10m)',
    isNumber: true,
    read: values.aDuration,
  },
  maxRetries: {
    flag: '--max-retries <n>',
    env: 'NOMYO_MAX_RETRIES',
    help: 'how often to retry (default: 2); a retried call can run twice',
    isNumber: true,
    read: values.aCount(0, 100),
  },
  pin: {
    flag: '--pin <sha256/…>',
    env: 'NOMYO_PIN',
    help: 'accept only this key of the router; repeatable',
    isList: true,
    read: values.pins,
  },
  firstUse: {
    flag: '--first-use',
    env: 'NOMYO_FIRST_USE',
    help: 'remember the router’s key and refuse any other one later',
    read: values.aSwitch,
  },
  root: {
    flag: '--root <ed25519/…>',
    env: 'NOMYO_ROOT',
    help: 'pin of a root key: speak protocol version 2 and nothing else; repeatable',
    isList: true,
    read: values.roots,
  },
  realm: {
    flag: '--realm <name>',
    env: 'NOMYO_REALM',
    help: 'realm that the root vouches for (default: the host of the base URL)',
    read: values.aRealm,
  },
  policy: {
    flag: '--policy <name>',
    env: 'NOMYO_POLICY',
    help: 'rules that every call must follow: phi',
    read: values.aPolicy,
  },
  audit: {
    flag: '--audit <file>',
    env: 'NOMYO_AUDIT',
    help: 'log every call to this file, without its content',
    read: values.aPath,
  },
  auditRequired: {
    flag: '--audit-required',
    env: 'NOMYO_AUDIT_REQUIRED',
    help: 'send nothing if the audit log cannot be written',
    read: values.aSwitch,
  },
  auditKey: {
    flag: '--audit-key <file>',
    env: 'NOMYO_AUDIT_KEY',
    help: 'private key that signs checkpoints; `nomyo audit init` makes one',
    read: values.aPath,
  },
  json: {
    flag: '--json',
    help: 'print JSON on stdout, and errors as JSON on stderr',
    read: values.aSwitch,
  },
  quiet: { flag: '--quiet', help: 'print nothing on stderr but errors', read: values.aSwitch },
  local: {
    flag: '--local',
    help: 'run a local router inside this command: no account, no model, nothing leaves this machine',
    read: values.aSwitch,
  },
};

/** The settings of the audit log. */
export const AUDIT: readonly SettingName[] = ['audit', 'auditRequired', 'auditKey'];

/** Settings of every call, beside where it goes and with which API key. */
export const OF_EVERY_CALL: readonly SettingName[] = [
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

/** The settings allowed in the configuration file: what applies to every call, but no secrets. */
export const IN_FILE: readonly SettingName[] = ['baseUrl', 'tlsCa', 'apiKeyFile', ...OF_EVERY_CALL];

/** `--base-url` of `--base-url <url>`. commander stores it as `baseUrl`, which is the name of the setting too. */
export const flagName = ({ flag }: { readonly flag: string }): string => flag.split(' ')[0] ?? flag;
