/** Advice for the error codes of Node and its libraries. */
import { UNKNOWN, type Failure } from './failures.js';

const certificate = (advice: string): Failure => ({ advice, beforeSending: true, final: true });

const UNTRUSTED = certificate(
  'the certificate comes from an authority that is not trusted here: name your own authority in tls.ca, or in ' +
    'NODE_EXTRA_CA_CERTS, or set tls.systemRoots; an inspecting proxy needs its authority there too',
);
const INCOMPLETE = certificate(
  'the certificate comes from an authority that is not trusted here, or the server does not send the intermediate ' +
    'certificates: name your own authority, or the missing certificate, in tls.ca, or in NODE_EXTRA_CA_CERTS, or set ' +
    'tls.systemRoots',
);
const SELF_SIGNED = certificate(
  'the certificate is self-signed: name it, or better the authority that should have signed it, in tls.ca',
);
const PERIOD = certificate(
  'the certificate is not valid at this time: renew it, or set the clock of this machine',
);
const UNUSABLE = certificate('the certificate cannot be used for this server: have it reissued');
const NO_COMMON_TLS: Failure = {
  advice: 'the TLS handshake failed: check that the server speaks TLS, and check tls.minVersion and tls.cert',
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
  ECONNRESET: { advice: 'the connection was closed before the whole answer had arrived' },
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
  CERT_REVOKED: certificate('the certificate was revoked: have it reissued'),
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
  ['HPE_', { advice: 'the answer is not HTTP/1.1: check host and port' }],
];

/** The meaning of an error code of Node. */
export function failureOf(code: string | undefined): Failure {
  if (code === undefined) return UNKNOWN;
  return FAILURES[code] ?? FAMILIES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? UNKNOWN;
}
