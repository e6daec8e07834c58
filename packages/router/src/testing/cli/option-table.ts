/** Every option of the command line: what it takes and what it does. */

/** How an option is parsed, and its lines in the help. */
export interface CliOption {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly short?: string;
  /** The placeholder after the name in the help. */
  readonly value?: string;
  readonly does: string;
}

/** Defaults that the help states. */
export const CLI_DEFAULTS = { host: '127.0.0.1', port: 12_435 } as const;

/** The options by name. */
export const CLI_OPTIONS = {
  tls: { type: 'boolean', does: 'HTTPS, with a certificate made on the spot; see --cert-file' },
  'cert-file': { type: 'string', value: 'PATH', does: 'write the PEM that clients trust here; with --tls' },
  port: { type: 'string', value: 'N', does: 'port; 0: any free one (default 12435)' },
  host: { type: 'string', value: 'ADDRESS', does: 'address to listen on (default 127.0.0.1)' },
  'allow-remote': { type: 'boolean', does: 'permit a --host that other machines can reach' },
  prefix: { type: 'string', value: '/PATH', does: 'a path before both paths of the protocol' },
  'allow-origin': {
    type: 'string',
    value: 'ORIGIN',
    does: 'let pages of this origin call from browsers (CORS); * for any',
  },
  'api-key': {
    type: 'string',
    multiple: true,
    value: 'KEY',
    does: 'demand this API key; repeatable; NOMYO_ROUTER_API_KEYS holds a list with commas, and is not seen by ps',
  },
  'key-file': {
    type: 'string',
    value: 'PATH',
    does: 'private key of the router, PEM; made with mode 0600 when it does not exist (default: a new key every time)',
  },
  'key-size': {
    type: 'string',
    value: 'BITS',
    does: 'of keys that are made: 2048, 3072 or 4096 (default 4096)',
  },
  upstream: {
    type: 'string',
    value: 'URL',
    does: 'an OpenAI-compatible server that answers (default: an embedded responder, no model)',
  },
  'upstream-api-key': {
    type: 'string',
    value: 'KEY',
    does: 'API key for the upstream; NOMYO_UPSTREAM_API_KEY does the same, and is not seen by ps',
  },
  'upstream-timeout': {
    type: 'string',
    value: 'SECONDS',
    does: 'for one answer of the upstream (default 600)',
  },
  allow: {
    type: 'string',
    multiple: true,
    value: 'TIER=MODEL,…',
    does: 'models that a tier may use; repeatable; others get 403 (default: any)',
  },
  'rate-limit': { type: 'boolean', does: 'hold the limits that the service publishes: 429, then 503' },
  fail: { type: 'string', value: 'MODE,…', does: 'fail on purpose; see below' },
  help: { type: 'boolean', short: 'h', does: 'this text' },
  version: { type: 'boolean', does: 'the version' },
} as const;
