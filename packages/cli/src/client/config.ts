/** From the settings to the options of a client of nomyo-js. */
import { isLoopback } from '@nomyo/base';
import type { SecureChatCompletionConfig, SecurityTier } from 'nomyo-js';
import type { Context } from '../context.js';
import { UsageError } from '../exit/codes.js';
import { readText } from '../io/file.js';
import { defaultKeyDir } from '../settings/places.js';
import { readApiKey, readKeyPassword } from '../settings/secrets.js';
import { LOCAL_KEY_SIZE } from './local.js';
import { checkVersion } from './version.js';

/** The sources of a client's options. */
export type ConfigContext = Pick<Context, 'settings' | 'env' | 'home'>;

/**
 * @throws {UsageError} when a file that a setting names cannot be read
 */
export async function clientConfig(context: ConfigContext): Promise<SecureChatCompletionConfig> {
  const { settings, env } = context;
  checkVersion(settings);
  const apiKey = readApiKey(settings, env);
  if (settings.firstUse === true && keyDirOf(context) === null) {
    throw new UsageError(
      '--first-use stores the router’s key next to your own, which --ephemeral keeps in memory only',
    );
  }
  return {
    ...(await reachConfig(context)),
    ...(settings.root === undefined ? keyConfig(context) : await rootConfig(context, settings.root)),
    ...(settings.local === true ? { keySize: LOCAL_KEY_SIZE } : {}),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(settings.maxRetries === undefined ? {} : { maxRetries: settings.maxRetries }),
    ...(settings.firstUse === true ? { serverKeyPolicy: 'first-use' as const } : {}),
    ...(settings.policy === undefined ? {} : { policy: settings.policy }),
  };
}

/** How the router is reached and known, without keys of one's own. */
async function reachConfig({ settings }: Pick<Context, 'settings'>): Promise<SecureChatCompletionConfig> {
  const { baseUrl, tlsCa, timeout, pin } = settings;
  // The settings refuse http: for anything but this machine.
  const isPlain = baseUrl !== undefined && isPlainLoopback(new URL(baseUrl));
  return {
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(isPlain ? { allowHttp: true } : {}),
    ...(tlsCa === undefined ? {} : { tls: { ca: await readText(tlsCa, '--tls-ca') } }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(pin === undefined ? {} : { serverKeyPins: pin }),
  };
}

/** The directory of the key pair, or `null`: in memory only. */
export function keyDirOf({ settings, env, home }: ConfigContext): string | null {
  if (settings.ephemeral === true || (settings.local === true && settings.keyDir === undefined)) return null;
  return settings.keyDir ?? defaultKeyDir(env, home);
}

/** The tier of a call: the policy for health information knows only one, and takes it where none was named. */
export function tierOf({ settings }: Pick<Context, 'settings'>): SecurityTier | undefined {
  return settings.tier ?? settings.policy?.minimumSecurityTier;
}

function keyConfig(context: ConfigContext): SecureChatCompletionConfig {
  const keyDir = keyDirOf(context);
  if (keyDir === null) return { keyDir };
  const password = readKeyPassword(context.settings, context.env);
  return { keyDir, ...(password === undefined ? {} : { keyRotationPassword: password }) };
}

/** Version 2 has no key pair; the directory remembers the router's key configuration, so that no older one is taken. */
async function rootConfig(
  context: ConfigContext,
  roots: readonly string[],
): Promise<SecureChatCompletionConfig> {
  const { realm } = context.settings;
  const { v2 } = await import('nomyo-js/v2');
  return {
    keyDir: keyDirOf(context),
    protocol: v2({ roots, ...(realm === undefined ? {} : { realm }) }),
  };
}

const isPlainLoopback = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && isLoopback(hostname);
