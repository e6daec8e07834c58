/** From what a runtime says of a failed connection to a typed error that says what to do. */
import { cleanText, NomyoError } from '@nomyo/base';
import type { Redact } from '../answer/redact.js';
import { APIConnectionError } from './errors.js';

interface Failure {
  /** What happened, and what to do about it. */
  readonly advice: string;
  /** The request cannot have left, whatever else is known. */
  readonly beforeSending?: boolean;
  /** Trying again does not help. */
  readonly final?: boolean;
}

const certificate = (advice: string): Failure => ({ advice, beforeSending: true, final: true });

const UNTRUSTED = certificate(
  'the certificate comes from an authority that is not trusted here: name your own authority in tls.ca, or in ' +
    'NODE_EXTRA_CA_CERTS, or set tls.systemRoots; an inspecting proxy needs its authority there too',
);
const INCOMPLETE = certificate(
  'the certificate comes from an authority that is not trusted here, or the server does not send those between: name ' +
    'your own authority, or what is missing, in tls.ca, or in NODE_EXTRA_CA_CERTS, or set tls.systemRoots',
);
const SELF_SIGNED = certificate(
  'the certificate is self-signed: name it, or better the authority that should have signed it, in tls.ca',
);
const PERIOD = certificate(
  'the certificate is not valid at this time: renew it, or set the clock of this machine',
);
const UNUSABLE = certificate('the certificate cannot be used for this server: have it issued anew');
const NO_COMMON_TLS: Failure = {
  advice:
    'no TLS connection could be agreed on: check that https: is spoken there, tls.minVersion, and tls.cert',
};

/** By the `code` of Node's errors: system errors, and the verification results of OpenSSL (X509_V_ERR_…). */
const FAILURES: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: { advice: 'nothing accepts connections there: check host and port', beforeSending: true },
  ENOTFOUND: { advice: 'the host name is unknown: check it, and the DNS', beforeSending: true },
  EAI_AGAIN: { advice: 'the host name could not be looked up: check the DNS', beforeSending: true },
  EHOSTUNREACH: { advice: 'the host cannot be reached: check network, firewall and proxy settings' },
  ENETUNREACH: { advice: 'the network cannot be reached: check network and proxy settings' },
  ETIMEDOUT: { advice: 'the host does not answer: check network, firewall and proxy settings' },
  UND_ERR_CONNECT_TIMEOUT: { advice: 'the host does not answer: check the network', beforeSending: true },
  ECONNRESET: { advice: 'the connection was closed before the whole answer was there' },
  EPIPE: { advice: 'the connection was closed before the whole request was sent' },
  EPROTO: NO_COMMON_TLS,
  HPE_HEADER_OVERFLOW: { advice: 'the headers of the answer are too large' },

  ERR_TLS_CERT_ALTNAME_INVALID: certificate(
    'the certificate was issued for another host name: check the base URL, or set tls.servername',
  ),
  HOSTNAME_MISMATCH: certificate('the certificate was issued for another host name: check the base URL'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: INCOMPLETE,
  UNABLE_TO_GET_ISSUER_CERT: INCOMPLETE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  CERT_UNTRUSTED: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: SELF_SIGNED,
  CERT_HAS_EXPIRED: PERIOD,
  CERT_NOT_YET_VALID: PERIOD,
  CERT_REVOKED: certificate('the certificate was revoked: have it issued anew'),
  CERT_REJECTED: UNUSABLE,
  CERT_SIGNATURE_FAILURE: UNUSABLE,
  CERT_CHAIN_TOO_LONG: UNUSABLE,
  INVALID_CA: UNUSABLE,
  INVALID_PURPOSE: UNUSABLE,
  PATH_LENGTH_EXCEEDED: UNUSABLE,
};

/** Codes of OpenSSL's own errors and of Node's HTTP parser come in families. */
const FAMILIES: readonly (readonly [prefix: string, failure: Failure])[] = [
  ['ERR_SSL_', NO_COMMON_TLS],
  ['HPE_', { advice: 'what arrived is no HTTP/1.1' }],
];

const UNKNOWN: Failure = { advice: 'check the network, and proxies between here and the router' };

/** What is known of the attempt that failed. */
export interface FailedAttempt {
  /** Whether any of a request that can be run may have left. */
  readonly sent: boolean;
  /** What did not answer well. Default: `the router`. */
  readonly peer?: string | undefined;
  /** Takes secrets out of what the runtime, or a `fetch` of the caller's, says. */
  readonly redact?: Redact | undefined;
}

/** A typed error; one of this SDK stays as it is. */
export function connectionError(error: unknown, attempt: FailedAttempt): NomyoError {
  if (error instanceof NomyoError) return error;
  const { sent, peer = 'the router', redact = (text: string): string => text } = attempt;
  const code = codeOf(error);
  const { advice, beforeSending = false, final = false } = failureOf(code);
  return new APIConnectionError(
    `the connection to ${peer} failed (${code ?? 'no reason is known'}): ${advice}`,
    { cause: summarize(error, redact), possiblyExecuted: sent && !beforeSending, retryable: !final },
  );
}

function failureOf(code: string | undefined): Failure {
  if (code === undefined) return UNKNOWN;
  return FAILURES[code] ?? FAMILIES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? UNKNOWN;
}

/** Causes of causes are followed this far. */
const MAX_DEPTH = 4;

/** The first code in a chain of causes: `fetch` hides the real error behind a `TypeError`. */
function codeOf(error: unknown, depth = MAX_DEPTH): string | undefined {
  if (!isErrorLike(error) || depth === 0) return undefined;
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && CODE.test(code) ? code : codeOf(error.cause, depth - 1);
}

const CODE = /^[A-Z\d_]{1,60}$/;

/**
 * Name and message of an error and its causes. The error itself is not kept: libraries hang sockets, raw packets and
 * whole requests, with the API key in them, on theirs.
 */
function summarize(error: unknown, redact: Redact, depth = MAX_DEPTH): Error | undefined {
  if (!isErrorLike(error) || depth === 0) return undefined;
  const cause = summarize(error.cause, redact, depth - 1);
  const message = error.message === '' ? (codeOf(error) ?? '') : error.message;
  const text = cleanText(redact(`${error.name}: ${message}`.slice(0, MAX_TEXT)), 300);
  return new Error(text, cause === undefined ? {} : { cause });
}

/** Of a message, in characters. */
const MAX_TEXT = 16_384;

/** By shape: an error can come from another realm, where `instanceof` knows nothing of it. */
export function isErrorLike(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false;
  const { name, message }: { name?: unknown; message?: unknown } = value;
  return typeof name === 'string' && typeof message === 'string';
}
