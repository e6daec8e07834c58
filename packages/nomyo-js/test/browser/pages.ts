/** A real Chromium with pages that load the built packages, as a bundler would hand them out. */
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from 'node:tls';
import type { Router } from '@nomyo/router/testing';
import { chromium, type Browser } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const PACKAGES = fileURLToPath(new URL('../../../', import.meta.url));

/** A name that leads here, and whose pages did not come over HTTPS: no WebCrypto, no Web Locks. */
export const INSECURE_HOST = 'insecure.example';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`,
];

/** What a bundler does with the `browser` condition of `exports` in each package.json. */
const IMPORT_MAP = {
  imports: {
    'nomyo-js': '/nomyo-js/dist/browser/index.js',
    '@nomyo/base': '/base/dist/web/index.js',
    '@nomyo/crypto': '/crypto/dist/web/index.js',
    '@nomyo/crypto/errors': '/crypto/dist/web/errors.js',
    '@nomyo/keystore': '/keystore/dist/web/index.js',
    '@nomyo/transport': '/transport/dist/web/index.js',
  },
};
const PAGE = `<!doctype html><script type="importmap">${JSON.stringify(IMPORT_MAP)}</script>`;

/** Why there can be no browser here, or `undefined`. */
export function whyNot(): string | undefined {
  if (!existsSync(CHROMIUM)) return `there is no ${CHROMIUM}`;
  return existsSync(`${PACKAGES}nomyo-js/dist/browser/index.js`) ? undefined : 'dist is not built';
}

/** @param trusted whose certificate the browser takes, besides those of its own authorities */
export async function startBrowser(trusted?: Router): Promise<Browser> {
  const trust = trusted === undefined ? [] : [await trustIn(trusted)];
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: [...FLAGS, ...trust] });
}

/** Serves the page at `/` and the built files. */
export async function servePages(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const path = normalize(`${PACKAGES}${pathname}`);
    const isScript = /^\/[\w-]+\/dist\/[\w./-]+\.js$/.test(pathname) && path.startsWith(PACKAGES);
    if (pathname === '/') response.setHeader('content-type', 'text/html').end(PAGE);
    else if (isScript && existsSync(path)) {
      response.setHeader('content-type', 'text/javascript').end(readFileSync(path));
    } else response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Trust in one certificate, by its key: every other one is checked as ever. */
async function trustIn({ port, ca = '' }: Router): Promise<string> {
  const certificate = await new Promise<Buffer>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca }, () => {
      resolve(socket.getPeerCertificate().raw);
      socket.destroy();
    });
    socket.once('error', reject);
  });
  const spki = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  const digest = createHash('sha256').update(spki).digest('base64');
  return `--ignore-certificate-errors-spki-list=${digest}`;
}
