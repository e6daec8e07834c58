/** Our router, as its command runs it. */
import { KeyRing, oneUpstream, openSigner, startServer } from '@nomyo/router';
import type { MadeCertificate } from '@nomyo/router/testing';
import type { Listening } from '../http.js';

export interface RouterOptions {
  readonly tls: MadeCertificate;
  readonly upstream: string;
  /** Files of the signer and of the API keys. */
  readonly signer: string;
  readonly apiKeys: string;
  readonly v1Key: string;
  /** Where they are not the router's own: the longest answer that is kept for a resend, in bytes. */
  readonly limits: { readonly keptAnswer?: number };
}

export async function openRouter(options: RouterOptions): Promise<Listening> {
  const { tls, upstream, signer, apiKeys, v1Key, limits } = options;
  const { port } = await startServer({
    signer: await openSigner(signer),
    suites: [1],
    tls: { cert: tls.cert, key: tls.key },
    access: await KeyRing.load({ option: 'api keys', path: apiKeys }, console.error),
    tiers: oneUpstream(upstream),
    v1Key: new TextEncoder().encode(v1Key),
    limits,
    print: () => undefined,
  });
  return { origin: () => `https://127.0.0.1:${String(port)}` };
}
