/** A look at the router over TLS that is verified: its certificate, its clock, and its public key. */
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { rootCertificates, TLSSocket, type DetailedPeerCertificate } from 'node:tls';
import { RsaPublicKey } from '@nomyo/crypto';
import { endpoint, parseBaseUrl } from '@nomyo/transport';
import type { Settings } from '../settings/table.js';

/** One certificate of a chain. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** As the certificate has it. */
  readonly validTo: string;
  /** Of the DER, with colons. */
  readonly sha256: string;
}

/** What was seen. */
export interface ProbeFacts {
  readonly status: number;
  /** Leaf first; empty without TLS. */
  readonly chain: readonly CertificateFacts[];
  readonly protocol: string | undefined;
  /** Difference between the router's clock and ours, in ms; `undefined` when it does not tell the time. */
  readonly skewMs: number | undefined;
  readonly body: string;
}

const DEFAULT_BASE_URL = 'https://api.nomyo.ai';
const PATH = '/pki/public_key';
const MAX_BYTES = 16 * 1024;
const DEFAULT_TIMEOUT_MS = 15_000;

export const baseUrlOf = ({ baseUrl = DEFAULT_BASE_URL }: Settings): URL =>
  parseBaseUrl(baseUrl, { allowHttp: true });

/** @throws what the connection says, such as ECONNREFUSED or a code of the certificate's refusal */
export async function probe(settings: Settings, signal: AbortSignal): Promise<ProbeFacts> {
  const url = endpoint(baseUrlOf(settings), PATH);
  const ca =
    settings.tlsCa === undefined ? undefined : [...rootCertificates, await readFile(settings.tlsCa, 'utf8')];
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, { agent: false, signal, ...(ca === undefined ? {} : { ca }) });
    request.setTimeout(Math.min(settings.timeout ?? DEFAULT_TIMEOUT_MS, DEFAULT_TIMEOUT_MS), () => {
      request.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const { socket } = response;
      const sentAt = Date.now();
      const tls = socket instanceof TLSSocket ? socket : undefined;
      const chain = tls === undefined ? [] : chainOf(tls.getPeerCertificate(true));
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => {
        pieces.push(piece);
        if (pieces.reduce((sum, { byteLength }) => sum + byteLength, 0) > MAX_BYTES) response.destroy();
      });
      response.once('error', reject);
      response.once('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          chain,
          protocol: tls?.getProtocol() ?? undefined,
          skewMs: skewOf(response.headers.date, sentAt),
          body: pieces.map((piece) => piece.toString('utf8')).join(''),
        });
      });
    });
    request.end();
  });
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
    subject: nameOf(subject),
    issuer: nameOf(issuer),
    validTo,
    sha256,
  }));
}

/** `CN=…, O=…`, of whatever members there are. */
function nameOf(name: object): string {
  const parts = Object.entries(name).map(([member, value]) => `${member}=${String(value)}`);
  return parts.reverse().join(', ');
}
