/** The meaning of a router's answer. Pure, except for the list of authorities built into Node. */
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { isLoopback } from '@nomyo/base';
import type { ProbeFacts } from '../../router/probe.js';
import { fail, ok, skip, warn, type Finding } from './check.js';

/** Beyond these, tokens and certificates begin to be refused for being too old or too new. */
const SKEW_MS = { warn: 30_000, fail: 300_000 } as const;
const SECOND_MS = 1_000;

/** The meaning of the codes of a failed connection. */
const REACHING: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ECONNREFUSED: ['nothing is listening there', 'check --base-url, and whether the router runs'],
  ENOTFOUND: ['the name is not known', 'check --base-url and the name server'],
  EAI_AGAIN: ['no name server answers', 'check the network'],
  PROXY_REFUSED: ['the proxy refuses to connect to it', 'check HTTPS_PROXY, and what the proxy permits'],
  PROXY_SPOKE: [
    'the proxy sends bytes of its own into the connection',
    'check HTTPS_PROXY: this proxy does not only forward',
  ],
  ETIMEDOUT: ['no answer in time', 'check the network and firewalls'],
  ECONNRESET: ['the connection was cut', 'check firewalls and proxies'],
  CERT_HAS_EXPIRED: [
    'its certificate has expired',
    'check the clock of this machine; else tell the operator',
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for another name', 'check --base-url'],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'its certificate comes from an authority that is not trusted',
    'where your organisation inspects TLS, or the router has an authority of its own, name that with --tls-ca',
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    'its certificate is its own authority',
    'name it with --tls-ca, if you know it',
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'the authority of its certificate is not known',
    'name it with --tls-ca, if you know it; or the router does not send its whole chain',
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'the authority of its certificate is not known',
    'name it with --tls-ca, if you know it',
  ],
};

/** @param code of the error, as Node names it */
export function unreachedFinding(url: URL, code: string): Finding {
  const [what, fix] = REACHING[code] ?? [
    `it cannot be reached (${code})`,
    'check --base-url, the network and --tls-ca',
  ];
  return fail(`${url.href}: ${what}`, fix);
}

/** Checks whether something answers as a router does. */
export function endpointFinding(url: URL, { status, protocol }: ProbeFacts): Finding {
  const how = protocol === undefined ? 'without TLS' : `over ${protocol}`;
  if (status === 200) return ok(`${url.href} answers ${how}`);
  return fail(
    `${url.href} answers ${String(status)} ${how}`,
    'check --base-url: this host has no NOMYO router at this path',
  );
}

/** An authority that Node does not ship and no option names was installed by somebody. */
export function certificateFinding(url: URL, { chain }: ProbeFacts, tlsCa: string | undefined): Finding {
  if (chain.length === 0) {
    return isLoopback(url.hostname) ? skip('no TLS on this machine') : fail('no TLS', 'use an https: URL');
  }
  const [leaf] = chain;
  const root = chain.at(-1);
  const detail = `${leaf?.subject ?? ''}, until ${leaf?.validTo ?? ''}; issued by ${root?.issuer ?? ''}`;
  const isKnown = root !== undefined && knownRoots().has(root.sha256);
  if (isKnown || tlsCa !== undefined) return ok(detail);
  return warn(
    `${detail}. Node does not know this authority: it looks like TLS inspection`,
    'ask your network’s operator; who inspects can replace the router’s key, so pin it with --pin',
  );
}

const knownRoots = (): ReadonlySet<string> =>
  new Set(rootCertificates.map((pem) => new X509Certificate(pem).fingerprint256));

/** How far the clocks are apart. */
export function clockFinding({ skewMs }: ProbeFacts): Finding {
  if (skewMs === undefined) return skip('the router does not tell the time');
  const seconds = Math.abs(Math.round(skewMs / SECOND_MS));
  const detail =
    seconds === 0
      ? 'the same as the router’s'
      : `${String(seconds)} s ${skewMs > 0 ? 'behind' : 'ahead of'} the router’s`;
  if (Math.abs(skewMs) < SKEW_MS.warn) return ok(detail);
  const fix = 'set the clock: `timedatectl set-ntp true`';
  return Math.abs(skewMs) < SKEW_MS.fail ? warn(detail, fix) : fail(detail, fix);
}

/** Checks whether the router's key is a pinned one. */
export function pinFinding(detail: string, isPinned: boolean): Finding {
  return isPinned
    ? ok(`${detail}, as pinned`)
    : fail(
        `${detail}, which is not one of your pins`,
        'do not send anything there; ask the operator whether the key was changed',
      );
}
