/** A real Chromium with pages that load the built packages, bundled in chunks, under a strict content policy. */
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { connect } from 'node:tls';
import type { Router } from '@nomyo/router/testing';
import { chromium, type Browser } from 'playwright-core';
import { bundleForPages } from '../page-bundle.js';

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

/** The packages that pages of the tests import, and the files of the bundle that they are in. */
const ENTRIES = {
  'nomyo-js': 'client',
  'nomyo-js/fetch': 'fetch',
  'nomyo-js/v2': 'v2',
  '@nomyo/keystore': 'keystore',
};
const IMPORTS = Object.entries(ENTRIES).map(([name, file]) => [name, `/${file}.js`] as const);
const IMPORT_MAP = JSON.stringify({ imports: Object.fromEntries(IMPORTS) });
const PAGE = `<!doctype html><script type="importmap">${IMPORT_MAP}</script>`;

/** No script but the files of this origin, and the map above: no `eval`, nothing inline. */
const CONTENT_POLICY = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${createHash('sha256').update(IMPORT_MAP).digest('base64')}'`,
  'connect-src https:',
].join('; ');

/** Where a server is, and what signed its certificate. */
type Trusted = Pick<Router, 'port' | 'ca'>;

/** Why there can be no browser here, or `undefined`. */
export function whyNot(): string | undefined {
  if (!existsSync(CHROMIUM)) return `there is no ${CHROMIUM}`;
  return existsSync(`${PACKAGES}nomyo-js/dist/browser/index.js`) ? undefined : 'dist is not built';
}

/** @param trusted whose certificate the browser takes, besides those of its own authorities */
export async function startBrowser(trusted?: Trusted): Promise<Browser> {
  const trust = trusted === undefined ? [] : [await trustIn(trusted)];
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: [...FLAGS, ...trust] });
}

/** Serves the page at `/` and the files of the bundle. */
export async function servePages(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const bundle = await bundleForPages(
    Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [file, `export * from '${name}';`])),
  );
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    response.setHeader('content-security-policy', CONTENT_POLICY);
    if (path === '/') response.setHeader('content-type', 'text/html').end(PAGE);
    else if (/^\/[\w.-]+\.js$/.test(path)) {
      response.setHeader('content-type', 'text/javascript').end(readFileSync(`${bundle.directory}${path}`));
    } else response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    await new Promise((resolve) => server.close(resolve));
    await bundle.remove();
  };
  return { port, close };
}

/** Trust in one certificate, by its key: every other one is checked as ever. */
async function trustIn({ port, ca = '' }: Trusted): Promise<string> {
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
