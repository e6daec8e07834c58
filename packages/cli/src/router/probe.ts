/** A look at the router over TLS that is verified: its certificate, its clock, and its public key. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { connect as connectTls, rootCertificates, TLSSocket, type DetailedPeerCertificate } from 'node:tls';
import { RsaPublicKey } from '@nomyo/crypto';
import { DEFAULT_BASE_URL, endpoint, parseBaseUrl } from '@nomyo/transport';
import type { Context } from '../context.js';
import { readText } from '../io/file.js';
import type { Environment } from '../settings/resolve.js';
import type { Settings } from '../settings/table.js';
import { openTunnel, proxyFor } from './tunnel.js';

/** One certificate of a chain. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** As the certificate has it. */
  readonly validTo: string;
  /** Of the DER, with colons. */
  readonly sha256: string;
}

/** The facts observed. */
export interface ProbeFacts {
  readonly status: number;
  /** Leaf first; empty without TLS. */
  readonly chain: readonly CertificateFacts[];
  readonly protocol: string | undefined;
  /** Difference between the router's clock and ours, in ms; `undefined` when it does not tell the time. */
  readonly skewMs: number | undefined;
  readonly body: string;
}

const MAX_LENGTH = 16 * 1024;
const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * The router's URL.
 *
 * @throws {SecurityError} `INSECURE_URL`
 */
export const baseUrlOf = ({ baseUrl = DEFAULT_BASE_URL }: Settings): URL =>
  parseBaseUrl(baseUrl, { allowHttp: true });

/** Where the router tells its key: by version 1 of the protocol, and by version 2. */
export const KEY_PATH = { v1: '/pki/public_key', v2: '/v2/keys' } as const;

/**
 * Through the proxy of the environment, where there is one: nothing else may lead out of the network.
 *
 * @throws what the connection says, such as ECONNREFUSED, ETIMEDOUT or a code of the certificate's refusal
 */
export async function probe(
  { settings, env, signal }: Pick<Context, 'settings' | 'env' | 'signal'>,
  path: string = KEY_PATH.v1,
): Promise<ProbeFacts> {
  const url = endpoint(baseUrlOf(settings), path);
  const ca =
    settings.tlsCa === undefined
      ? undefined
      : [...rootCertificates, await readText(settings.tlsCa, '--tls-ca')];
  const deadline = AbortSignal.timeout(Math.min(settings.timeout ?? DEFAULT_TIMEOUT_MS, DEFAULT_TIMEOUT_MS));
  try {
    const response = await get(url, { ca, env }, AbortSignal.any([signal, deadline]));
    return await factsOf(response);
  } catch (error) {
    if (signal.aborted || !deadline.aborted) throw error;
    throw Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
  }
}

interface Way {
  readonly ca: readonly string[] | undefined;
  readonly env: Environment;
}

async function get(url: URL, { ca, env }: Way, signal: AbortSignal): Promise<IncomingMessage> {
  const proxy = proxyFor(url, env);
  const socket = proxy === undefined ? undefined : await openTunnel(proxy, url, signal);
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    // Written out, so that NODE_TLS_REJECT_UNAUTHORIZED cannot weaken it.
    const checks = { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca: [...ca] }) };
    const way =
      socket === undefined
        ? { agent: false as const, ...checks }
        : { createConnection: () => connectTls({ ...nameOf(url), ...checks, socket }) };
    const request = send(url, { signal, ...way });
    request.once('error', reject).once('response', resolve).end();
  });
}

/** Whom the certificate must be for; an address is never sent as a name (RFC 6066 §3). */
function nameOf({ hostname }: URL): { readonly host: string; readonly servername?: string } {
  const host = hostname.replaceAll(/[[\]]/gu, '');
  return isIP(host) === 0 ? { host, servername: host } : { host };
}

async function factsOf(response: IncomingMessage): Promise<ProbeFacts> {
  const answeredAt = Date.now();
  // Once the answer has ended, its socket has forgotten whom it was connected to.
  const tls = response.socket instanceof TLSSocket ? response.socket : undefined;
  const connection = {
    chain: tls === undefined ? [] : chainOf(tls.getPeerCertificate(true)),
    protocol: tls?.getProtocol() ?? undefined,
  };
  return {
    ...connection,
    status: response.statusCode ?? 0,
    skewMs: skewOf(response.headers.date, answeredAt),
    body: await bodyText(response),
  };
}

/** Anything longer than the longest key cannot be one, and is cut off. */
async function bodyText(response: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of response) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > MAX_LENGTH) break;
  }
  return text;
}

/** @throws {SecurityError} when it is no RSA key that this protocol accepts */
export const routerKey = (facts: ProbeFacts): Promise<RsaPublicKey> => RsaPublicKey.fromPem(facts.body);

/** A `Date` header has whole seconds; half of one is added to be right in the middle. */
const HALF_SECOND_MS = 500;

function skewOf(date: string | undefined, now: number): number | undefined {
  const theirs = Date.parse(date ?? '');
  return Number.isNaN(theirs) ? undefined : theirs + HALF_SECOND_MS - now;
}

function chainOf(leaf: DetailedPeerCertificate): readonly CertificateFacts[] {
  const chain: DetailedPeerCertificate[] = [];
  // The last one is its own issuer.
  for (let at = leaf; !chain.includes(at) && Object.keys(at).length > 0; at = at.issuerCertificate) {
    chain.push(at);
    if ((at.issuerCertificate as DetailedPeerCertificate | undefined) === undefined) break;
  }
  return chain.map(({ subject, issuer, valid_to: validTo, fingerprint256: sha256 }) => ({
    subject: distinguishedName(subject),
    issuer: distinguishedName(issuer),
    validTo,
    sha256,
  }));
}

/** `CN=…, O=…`, of whatever members there are. */
function distinguishedName(name: object): string {
  const parts = Object.entries(name).map(([member, value]) => `${member}=${String(value)}`);
  return parts.reverse().join(', ');
}
