/** The way to the router: names, proxies, certificates, clocks, and its key. */
import { join } from 'node:path';
import { openKnownKeys } from '@nomyo/keystore';
import { proxyVariable } from '@nomyo/transport';
import { keyDirOf } from '../../client/config.js';
import type { Context } from '../../context.js';
import { errorReport } from '../../exit/report.js';
import { codeOf } from '../../io/file.js';
import { proxyFor } from '../../router/tunnel.js';
import { baseUrlOf, KEY_PATH, probe, routerKey, type ProbeFacts } from '../../router/probe.js';
import { check, fail, ok, skip, warn, type Check } from './check.js';
import {
  certificateFinding,
  clockFinding,
  endpointFinding,
  pinFinding,
  unreachedFinding,
} from './findings.js';
import { rootFinding } from './root.js';

/** From the proxy to the router's key; what cannot be reached is not checked further. */
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
    const rest = (['certificate', 'clock', 'router-key'] as const).map((id) =>
      check(id, TITLES[id], skip('the endpoint is not reached')),
    );
    return [...before, check('endpoint', 'Endpoint', unreachedFinding(url, codeOf(error))), ...rest];
  }
}

/** The remembered keys may be damaged, and then nothing is known. */
const failed = (error: unknown): ReturnType<typeof ok> =>
  fail(errorReport(error).error.message, 'restore the file from a backup, or move it away');

const TITLES = { certificate: 'Certificate', clock: 'Clock', 'router-key': 'Router’s key' } as const;

function proxyFinding({ env }: Context, url: URL): ReturnType<typeof ok> {
  if (proxyVariable(env, 'HTTPS_PROXY') === undefined) return ok('none');
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

/** A key remembered by `--first-use` counts, whether the flag is given today or not. */
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
