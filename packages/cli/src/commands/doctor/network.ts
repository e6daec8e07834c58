/** The way to the router: names, proxies, certificates, clocks, and its key. */
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { isObject } from '@nomyo/base';
import { openKnownKeys } from '@nomyo/keystore';
import { keyDirOf } from '../../client/config.js';
import type { Context } from '../../context.js';
import { errorReport } from '../../exit/report.js';
import { proxyFor } from '../../router/tunnel.js';
import { isLoopback } from '../../settings/loopback.js';
import { baseUrlOf, KEY_PATH, probe, routerKey, type ProbeFacts } from '../../router/probe.js';
import { check, fail, ok, skip, warn, type Check } from './check.js';
import { rootFinding } from './root.js';

/** Beyond these, tokens and certificates begin to be refused for being too old or too new. */
const SKEW_MS = { warn: 30_000, fail: 300_000 } as const;
const SECOND_MS = 1_000;

/** What the codes of a connection that fails mean. */
const REACHING: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ECONNREFUSED: ['nobody listens there', 'check --base-url, and whether the router runs'],
  ENOTFOUND: ['the name is not known', 'check --base-url and the name server'],
  EAI_AGAIN: ['no name server answers', 'check the network'],
  PROXY_REFUSED: ['the proxy refuses to connect to it', 'check HTTPS_PROXY, and what the proxy permits'],
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

export async function networkChecks(context: Context): Promise<readonly Check[]> {
  const { settings, signal } = context;
  const url = baseUrlOf(settings);
  const before = [check('proxy', 'Proxy', proxyFinding(context, url)), authoritiesCheck(context)];
  try {
    const facts = await probe(context, settings.root === undefined ? KEY_PATH.v1 : KEY_PATH.v2);
    return [
      ...before,
      check('endpoint', 'Endpoint', endpointFinding(url, facts)),
      check('certificate', 'Certificate', certificateFinding(url, facts, settings.tlsCa)),
      check('clock', 'Clock', clockFinding(facts)),
      check('router-key', 'Router’s key', await keyFinding(context, facts).catch(failed)),
    ];
  } catch (error) {
    signal.throwIfAborted();
    const code = isObject(error) ? String(error['code']) : 'unknown error';
    const [what, fix] = REACHING[code] ?? [
      `it cannot be reached (${code})`,
      'check --base-url, the network and --tls-ca',
    ];
    const rest = (['certificate', 'clock', 'router-key'] as const).map((id) =>
      check(id, TITLES[id], skip('the endpoint is not reached')),
    );
    return [...before, check('endpoint', 'Endpoint', fail(`${url.href}: ${what}`, fix)), ...rest];
  }
}

/** What is remembered may be damaged, and then nothing is known. */
const failed = (error: unknown): ReturnType<typeof ok> =>
  fail(errorReport(error).error.message, 'restore the file from a backup, or move it away');

const TITLES = { certificate: 'Certificate', clock: 'Clock', 'router-key': 'Router’s key' } as const;

function proxyFinding({ env }: Context, url: URL): ReturnType<typeof ok> {
  const isSet = [env['HTTPS_PROXY'], env['https_proxy']].some((value) => (value ?? '') !== '');
  if (!isSet) return ok('none');
  try {
    const proxy = proxyFor(url, env);
    if (proxy === undefined) return ok('set, and not used for this router');
    return ok(`calls, and the checks below, go through ${proxy.host}:${String(proxy.port)}`);
  } catch (error) {
    return fail(errorReport(error).error.message, 'correct HTTPS_PROXY, or leave it out');
  }
}

function authoritiesCheck({ settings: { tlsCa }, env }: Context): Check {
  const extra = env['NODE_EXTRA_CA_CERTS'] ?? '';
  const named = [
    ...(tlsCa === undefined ? [] : [`--tls-ca ${tlsCa}`]),
    ...(extra === '' ? [] : [`NODE_EXTRA_CA_CERTS=${extra}`]),
  ];
  return check(
    'ca',
    'Authorities',
    ok(named.length === 0 ? 'those of Node' : `those of Node, and ${named.join(', ')}`),
  );
}

function endpointFinding(url: URL, { status, protocol }: ProbeFacts): ReturnType<typeof ok> {
  const how = protocol === undefined ? 'without TLS' : `over ${protocol}`;
  if (status === 200) return ok(`${url.href} answers ${how}`);
  return fail(
    `${url.href} answers ${String(status)} ${how}`,
    'check --base-url: this host has no NOMYO router at this path',
  );
}

/** An authority that Node does not bring along, and that nobody named, was put there by somebody. */
function certificateFinding(
  url: URL,
  { chain }: ProbeFacts,
  tlsCa: string | undefined,
): ReturnType<typeof ok> {
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

function clockFinding({ skewMs }: ProbeFacts): ReturnType<typeof ok> {
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

async function keyFinding(context: Context, facts: ProbeFacts): Promise<ReturnType<typeof ok>> {
  const { settings } = context;
  if (facts.status !== 200) return skip('the endpoint sends none');
  if (settings.root !== undefined) return rootFinding(context, settings.root);
  const key = await routerKey(facts).catch(() => undefined);
  if (key === undefined) {
    return fail(
      'what the router sends is no RSA key of 2048 bits or more',
      'do not send anything there; ask the operator',
    );
  }
  const detail = `${key.fingerprint}, ${String(key.modulusLength)} bits`;
  if (settings.pin !== undefined) return pinFinding(detail, settings.pin.includes(key.fingerprint));
  return firstUseFinding(context, key.fingerprint, detail);
}

function pinFinding(detail: string, isPinned: boolean): ReturnType<typeof ok> {
  return isPinned
    ? ok(`${detail}, as pinned`)
    : fail(
        `${detail}, and none of your pins`,
        'do not send anything there; ask the operator whether the key was changed',
      );
}

/** What `--first-use` has remembered counts, whether it is asked for today or not. */
async function firstUseFinding(
  context: Context,
  fingerprint: string,
  detail: string,
): Promise<ReturnType<typeof ok>> {
  const keyDir = keyDirOf(context);
  const known =
    keyDir === null ? undefined : await openKnownKeys({ keyDir }).recall(baseUrlOf(context.settings).href);
  if (known === undefined) {
    return warn(
      `${detail}; not pinned, TLS alone vouches for it`,
      `compare it over another channel, then use --pin ${fingerprint}`,
    );
  }
  return known === fingerprint
    ? ok(`${detail}, as it was met first`)
    : fail(
        `${detail}; it was ${known} when it was met first`,
        `ask the operator; if the change is real, take its line out of ${join(keyDir ?? '', 'known_routers')}`,
      );
}
