/** `nomyo router`: the local router, for development and for trying things out. */
import { writeFile } from 'node:fs/promises';
import {
  FAIL_MODES,
  startRouter,
  type FailMode,
  type FailSpec,
  type Router,
  type RouterOptions,
} from '@nomyo/router/testing';
import type { Context } from '../../context.js';
import { CommandFailed, Interrupted, UsageError } from '../../exit/codes.js';
import { codeOf } from '../../io/file.js';
import { aCount } from '../../settings/values.js';

const DEFAULT_PORT = 12_435;
const MAX_PORT = 65_535;

/** Serves until a signal. */
export async function run(context: Context): Promise<void> {
  const { flags, output } = context;
  const certFile = text(flags['certFile']);
  if (certFile !== undefined && flags['tls'] !== true) throw new UsageError('--cert-file needs --tls');
  const router = await start(routerOptions(context));
  try {
    if (certFile !== undefined) await writeCertificate(certFile, router);
    if (output.json) output.data({ url: router.url, pin: router.fingerprint, ca: router.ca });
    else output.line(banner(router, certFile));
    await untilSignal(context);
  } finally {
    await router.close();
  }
}

function routerOptions({ flags, output }: Context): RouterOptions {
  const { upstream, fail } = flags;
  const modes = text(fail)?.split(',');
  return {
    port: flags['port'] === undefined ? DEFAULT_PORT : aCount(0, MAX_PORT)([String(flags['port'])], '--port'),
    tls: flags['tls'] === true,
    rateLimit: flags['rateLimit'] === true,
    ...(text(upstream) === undefined ? {} : { upstream: String(upstream) }),
    ...(modes === undefined ? {} : { fail: failSpec(modes) }),
    log: (line) => output.note(line),
  };
}

/** One mode holds from now on; several come one after the other. */
function failSpec(modes: readonly string[]): FailSpec {
  const known = modes.map((mode) => {
    if (isFailMode(mode)) return mode;
    throw new UsageError(
      `--fail: there is no mode ${JSON.stringify(mode)}; packages/router/README.md lists them`,
    );
  });
  const [only] = known;
  return known.length === 1 && only !== undefined ? only : known;
}

const isFailMode = (mode: string): mode is FailMode =>
  Object.hasOwn(FAIL_MODES, mode.split(/[:*]/u)[0] ?? '');

async function start(options: RouterOptions): Promise<Router> {
  try {
    return await startRouter(options);
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') {
      throw new CommandFailed('the port is in use: choose another with --port, or 0 for any');
    }
    throw error;
  }
}

async function writeCertificate(path: string, { ca }: Router): Promise<void> {
  try {
    await writeFile(path, ca ?? '');
  } catch (error) {
    throw new UsageError(`--cert-file: ${path} cannot be written (${codeOf(error)})`);
  }
}

function banner({ url, fingerprint }: Router, certFile: string | undefined): string {
  const trust = certFile === undefined ? '' : ` --tls-ca ${certFile}`;
  return [
    'NOMYO local router, for development and tests',
    '',
    `  URL  ${url}`,
    `  pin  ${fingerprint}`,
    '',
    `Try: nomyo ask --base-url ${url}${trust} --model local "Is anybody there?"`,
    '',
  ].join('\n');
}

/** SIGTERM ends it well; Ctrl-C too, and says so with its exit code. */
function untilSignal({ takeSignals }: Context): Promise<void> {
  return new Promise((resolve, reject) => {
    takeSignals((name) => (name === 'SIGTERM' ? resolve() : reject(new Interrupted('interrupted'))));
  });
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
