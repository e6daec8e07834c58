/** Our router, as its command runs it. */
import { KeyRing, oneUpstream, openSigner, startServer } from '@nomyo/router';
import type { Tls } from '../http.js';
import { commandsOn, type ServerCommands } from './server.js';

export interface RouterOptions {
  readonly tls: Tls;
  readonly upstream: string;
  /** Files of the signer and of the API keys. */
  readonly signer: string;
  readonly apiKeys: string;
  /** PEM of a key for version 1. */
  readonly v1Key: string;
  /** Where they are not the router's own: the longest answer that is kept for a resend, in bytes. */
  readonly limits: { readonly keptAnswer?: number };
}

export async function openRouter(options: RouterOptions): Promise<ServerCommands> {
  const { tls, upstream, signer, apiKeys, v1Key, limits } = options;
  const { port } = await startServer({
    signer: await openSigner(signer),
    suites: [1],
    tls,
    access: await KeyRing.load({ option: 'api keys', path: apiKeys }, console.error),
    tiers: oneUpstream(upstream),
    v1Key: new TextEncoder().encode(v1Key),
    limits,
    print: () => undefined,
  });
  return commandsOn(port);
}
