import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as nodeTls from 'node:tls';
import { createHttpClient } from '../../src/client/http.node.js';
import type { TlsOptions } from '../../src/connection/tls.js';
import { runChild } from '../support/child.js';
import { start, useCertificates } from '../support/tls-peers.js';

const made = useCertificates();

describe('the environment', () => {
  const verdicts = async (
    tls: TlsOptions | undefined,
    env: NodeJS.ProcessEnv,
    ...urls: URL[]
  ): Promise<string[]> => {
    const { stdout } = await runChild(
      'send.mjs',
      { options: { tls }, urls: urls.map((url) => url.href) },
      env,
    );
    return stdout
      .trim()
      .split('\n')
      .map((line) => line.slice(0, 3));
  };

  it('NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing', async () => {
    const peer = await start(made().identity);
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    expect(await verdicts(undefined, env, peer.url)).toEqual(['CON']);
    expect(await verdicts({ ca: made().other.pem }, env, peer.url)).toEqual(['CON']);
    expect(await verdicts({ ca: made().authority.pem }, env, peer.url)).toEqual(['200']);
  });

  it('NODE_EXTRA_CA_CERTS works alone and with tls.ca, but not with replaceDefaultRoots', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'nomyo-transport-'));
    try {
      const extra = join(dir, 'extra.pem');
      await writeFile(extra, made().other.pem);
      const env = { NODE_EXTRA_CA_CERTS: extra };
      const [first, second] = [await start(made().identity), await start(await made().other.issue())];
      const ca = made().authority.pem;
      expect(await verdicts(undefined, env, first.url, second.url)).toEqual(['CON', '200']);
      expect(await verdicts({ ca }, env, first.url, second.url)).toEqual(['200', '200']);
      expect(await verdicts({ ca, replaceDefaultRoots: true }, env, first.url, second.url)).toEqual([
        '200',
        'CON',
      ]);
      const missing = { NODE_EXTRA_CA_CERTS: join(dir, 'missing.pem') };
      expect(await verdicts({ ca }, missing, first.url, second.url)).toEqual(['200', 'CON']);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  const hasSystemStore = 'getCACertificates' in nodeTls;
  const where = hasSystemStore ? it : it.skip;

  where('tls.systemRoots adds the store of the system to the other authorities', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'nomyo-transport-'));
    try {
      // Where OpenSSL, and with it Node on Linux, looks for the store of the system.
      const store = join(dir, 'system.pem');
      await writeFile(store, made().other.pem);
      const env = { SSL_CERT_FILE: store, SSL_CERT_DIR: dir };
      const [first, second] = [await start(made().identity), await start(await made().other.issue())];
      const ca = made().authority.pem;
      expect(await verdicts({ ca }, env, first.url, second.url)).toEqual(['200', 'CON']);
      expect(await verdicts({ ca, systemRoots: true }, env, first.url, second.url)).toEqual(['200', '200']);
      expect(await verdicts({ systemRoots: true }, env, first.url, second.url)).toEqual(['CON', '200']);
      const asStarted = { ...env, NODE_OPTIONS: '--use-system-ca' };
      expect(await verdicts({ ca }, asStarted, first.url, second.url)).toEqual(['200', '200']);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('tls.systemRoots is refused, or works, as this Node can read the store', () => {
    const make = (): unknown => createHttpClient({ tls: { systemRoots: true } }).close();
    if (hasSystemStore) expect(make).not.toThrow();
    else expect(make).toThrow(/tls\.systemRoots needs Node 22\.15/);
  });
});
