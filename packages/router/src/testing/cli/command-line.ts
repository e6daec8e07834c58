/** The command line, as a pure function of its words and the environment. */
import { parseArgs } from 'node:util';
import { isLoopback } from '@nomyo/base';
import type { RouterOptions } from '../options.js';
import { CLI_DEFAULTS, CLI_OPTIONS } from './option-table.js';
import { messageOf, UsageError } from '../../usage-error.js';
import { allowedModels, failSpec, keySize, wholeNumber } from './values.js';

/** The parsed command line. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'run';
      readonly options: RouterOptions;
      readonly keyFile: string | undefined;
      readonly certFile: string | undefined;
    };

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

type Values = ReturnType<typeof parse>;

/** @throws {UsageError} */
export function readCommandLine(words: readonly string[], environment: Environment): Command {
  const values = parse(words);
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  checkCombinations(values);
  const keyFile = values['key-file'];
  const certFile = values['cert-file'];
  return { kind: 'run', options: optionsOf(values, environment), keyFile, certFile };
}

// eslint-disable-next-line @typescript-eslint/explicit-function-return-type -- inferred from the table of options
function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: CLI_OPTIONS, strict: true, allowPositionals: false })
      .values;
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

function checkCombinations(values: Values): void {
  const host = values.host ?? CLI_DEFAULTS.host;
  if (values['allow-remote'] !== true && !isLoopback(host)) {
    throw new UsageError(
      `--host ${host} can be reached by other machines; add --allow-remote if that is meant`,
    );
  }
  if (values['cert-file'] !== undefined && values.tls !== true) {
    throw new UsageError('--cert-file needs --tls');
  }
  if (values.upstream === undefined && values['upstream-api-key'] !== undefined) {
    throw new UsageError('--upstream-api-key needs --upstream');
  }
}

function optionsOf(values: Values, environment: Environment): RouterOptions {
  const upstreamApiKey = values['upstream-api-key'] ?? environment['NOMYO_UPSTREAM_API_KEY'];
  const timeout = wholeNumber('upstream-timeout', values['upstream-timeout']);
  const size = keySize(values['key-size']);
  return {
    host: values.host ?? CLI_DEFAULTS.host,
    port: wholeNumber('port', values.port) ?? CLI_DEFAULTS.port,
    tls: values.tls ?? false,
    rateLimit: values['rate-limit'] ?? false,
    apiKeys: [...(values['api-key'] ?? []), ...listOf(environment['NOMYO_ROUTER_API_KEYS'])],
    tierModels: allowedModels(values.allow ?? []),
    ...(values['allow-origin'] === undefined ? {} : { allowOrigin: values['allow-origin'] }),
    ...(values.prefix === undefined ? {} : { prefix: values.prefix }),
    ...(size === undefined ? {} : { keySize: size }),
    ...(values.upstream === undefined ? {} : { upstream: values.upstream }),
    ...(upstreamApiKey === undefined ? {} : { upstreamApiKey }),
    ...(timeout === undefined ? {} : { upstreamTimeout: timeout * 1000 }),
    ...(values.fail === undefined ? {} : { fail: failSpec(values.fail) }),
  };
}

function listOf(text = ''): string[] {
  return text.split(',').filter((entry) => entry !== '');
}
