/** `--local`: a router inside this process, so that everything can be tried without an account. */
import type { Context } from '../context.js';
import { UsageError } from '../exit/codes.js';
import { flagName, SETTINGS, type SettingName } from '../settings/table.js';

/** A router of the command's own, and the context that leads to it. */
export interface Local {
  readonly context: Context;
  readonly close: () => Promise<void>;
}

/** The embedded responder takes any name. */
const MODEL = 'local';

/** Keys that live for one command, on this machine alone: what takes seconds at 4096 bits takes none here. */
export const LOCAL_KEY_SIZE = 2048;

/** The settings for where the router is, and whom to trust there. */
const REMOTE: readonly SettingName[] = [
  'baseUrl',
  'tlsCa',
  'pin',
  'root',
  'realm',
  'apiKeyFile',
  'apiKeyFd',
  'policy',
];

/** @throws {UsageError} on a flag that makes no sense together with `--local` */
export async function withLocal(context: Context): Promise<Local> {
  const { settings, flags } = context;
  if (settings.local !== true) return { context, close: () => Promise.resolve() };
  const other = REMOTE.find((name) => flags[name] !== undefined);
  if (other !== undefined) throw new UsageError(`${flagName(SETTINGS[other])} cannot be used with --local`);
  const { startRouter } = await import('@nomyo/router/testing');
  const router = await startRouter({ keySize: LOCAL_KEY_SIZE });
  context.output.note(
    `nomyo: a local router answers at ${router.url}; it is not a model, and nothing leaves this machine`,
  );
  const { tlsCa: _ca, apiKeyFile: _file, policy: _policy, root: _root, realm: _realm, ...rest } = settings;
  const local = {
    ...rest,
    baseUrl: `${router.url}/`,
    pin: [router.fingerprint],
    model: settings.model ?? MODEL,
  };
  return { context: { ...context, settings: local }, close: () => router.close() };
}
