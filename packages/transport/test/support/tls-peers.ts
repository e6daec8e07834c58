/** Servers with certificates of two authorities, closed at the end of each test, and a client for one request. */
import { afterEach, beforeAll } from '@jest/globals';
import { createHttpClient } from '../../src/client/http.node.js';
import type { TlsOptions } from '../../src/connection/tls.js';
import { Authority, type Identity } from './certificates.js';
import { always, answer, Peer } from './peer.js';

const peers: Peer[] = [];

/** Made once for a test file. */
interface Certificates {
  readonly authority: Authority;
  readonly other: Authority;
  /** Of a server, from `authority`. */
  readonly identity: Identity;
}

/** To be called at the top of a test file. */
export function useCertificates(): () => Certificates {
  let made: Certificates | undefined;
  beforeAll(async () => {
    const [authority, other] = await Promise.all([Authority.create(), Authority.create('Other CA')]);
    made = { authority, other, identity: await authority.issue() };
  });
  afterEach(async () => {
    await Promise.all(peers.splice(0).map((peer) => peer.stop()));
  });
  return () => {
    if (made === undefined) throw new Error('no test runs yet');
    return made;
  };
}

export async function start(tls: NonNullable<Parameters<typeof Peer.start>[1]>['tls']): Promise<Peer> {
  const peer = await Peer.start(always(answer()), tls === undefined ? {} : { tls });
  peers.push(peer);
  return peer;
}

/** The status of one answer. */
export async function send(peer: Peer, tls: TlsOptions | undefined, url: URL = peer.url): Promise<number> {
  const client = createHttpClient({ tls });
  try {
    const body = new Uint8Array(10).fill(1);
    const request = { method: 'POST', url, headers: {}, body, timeout: 30_000, maxBytes: 1000 } as const;
    return (await client.send(request)).status;
  } finally {
    client.close();
  }
}
