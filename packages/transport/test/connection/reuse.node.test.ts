/** A connection whose answer was fast is as good as any other. */
import { afterEach, expect, it } from '@jest/globals';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createHttpClient } from '../../src/client/http.node.js';
import { useCertificates } from '../support/tls-peers.js';

const CALLS = 500;
const SERVER = fileURLToPath(new URL('../children/fast-server.mjs', import.meta.url));

const certificates = useCertificates();
let server: ChildProcess | undefined;
afterEach(() => {
  server?.kill();
});

it('uses one connection for five hundred sequential calls to a server in another process', async () => {
  const { authority, identity } = certificates();
  server = fork(SERVER, { execArgv: [] });
  server.send(identity);
  const [port] = (await once(server, 'message')) as [number];
  const client = createHttpClient({ tls: { ca: authority.pem } });
  const ask = (path: string, body: Uint8Array<ArrayBuffer>) =>
    client.send({
      method: 'POST',
      url: new URL(path, `https://127.0.0.1:${port}`),
      headers: {},
      body,
      timeout: 60_000,
      maxBytes: 1000,
    });
  try {
    for (let call = 0; call < CALLS; call += 1) await ask('/', new Uint8Array(3000).fill(1));
    const { body } = await ask('/connections', new Uint8Array(1));
    expect(new TextDecoder().decode(body)).toBe('1');
  } finally {
    client.close();
  }
});
