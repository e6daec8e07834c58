/** In a real browser: the built package, as a page loads it, against the vectors and against itself. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { openIndependently, sealIndependently, wireBytes } from './independent.js';
import { recipientPem, smallPem, smallPkcs8 } from './support/keys.js';
import { envelopeCases, keyVectors } from './support/vectors.js';
import { RsaPrivateKey } from '../src/index.js';

const CHROMIUM = '/usr/bin/chromium';
const PACKAGES = fileURLToPath(new URL('../../', import.meta.url));
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Resolves as bundlers do, by the `browser` condition of `exports` in package.json. */
const IMPORT_MAP = {
  imports: { '@nomyo/base': '/base/dist/web/index.js', '@nomyo/crypto': '/crypto/dist/web/index.js' },
};
const PAGE = `<!doctype html><script type="importmap">${JSON.stringify(IMPORT_MAP)}</script>`;

const whyNot = !existsSync(CHROMIUM)
  ? `there is no ${CHROMIUM}`
  : existsSync(join(PACKAGES, 'crypto/dist/web/index.js'))
    ? undefined
    : 'dist is not built';

function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = normalize(join(PACKAGES, request.url ?? ''));
    const isScript =
      path.startsWith(PACKAGES) && extname(path) === '.js' && !path.includes(`..${sep}`) && existsSync(path);
    if (request.url === '/') response.setHeader('content-type', 'text/html').end(PAGE);
    else if (isScript) response.setHeader('content-type', 'text/javascript').end(readFileSync(path));
    // A browser asks for an icon.
    else response.writeHead(204).end();
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

interface Outcome {
  readonly name: string;
  readonly text?: string;
  readonly code?: string;
}

const suite = whyNot === undefined ? describe : describe.skip;

suite(`in Chromium${whyNot === undefined ? '' : ` (skipped: ${whyNot})`}`, () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    server = await serve();
    browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
    page = await browser.newPage();
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(`http://localhost:${String((server.address() as AddressInfo).port)}/`);
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('every vector opens byte for byte or is refused with its code', async () => {
    const outcomes = await page.evaluate(
      async ({ cases, pem }): Promise<Outcome[]> => {
        const nomyo = await import('@nomyo/crypto');
        const key = await nomyo.RsaPrivateKey.fromPkcs8(nomyo.decodePem(pem).der);
        const done: Outcome[] = [];
        for (const { name, envelope } of cases) {
          try {
            const { plaintext } = await nomyo.openEnvelope(new TextEncoder().encode(envelope), key);
            const text = plaintext.borrow((bytes) =>
              new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
            );
            nomyo.decodePayload(plaintext);
            done.push({ name, text });
          } catch (error) {
            done.push({
              name,
              code: error instanceof nomyo.SecurityError ? error.code : `untyped ${String(error)}`,
            });
          }
        }
        return done;
      },
      { cases: envelopeCases.map(({ name, envelope }) => ({ name, envelope })), pem: recipientPem },
    );
    expect(outcomes.length).toBe(envelopeCases.length);
    for (const [index, { name, expect: expected, plaintext_utf8: plaintext }] of envelopeCases.entries()) {
      if (expected === 'open') expect(outcomes[index]).toEqual({ name, text: plaintext });
      else expect(outcomes[index]?.code).toMatch(/^(INVALID_ENVELOPE|DECRYPTION_FAILED|INVALID_PLAINTEXT)$/);
    }
  });

  it('a key is made, an object sealed and opened, a flipped bit refused, the memory wiped', async () => {
    const result = await page.evaluate(async () => {
      const nomyo = await import('@nomyo/crypto');
      const pkcs8 = await nomyo.generatePkcs8(2048);
      const key = await pkcs8.use((der) => nomyo.RsaPrivateKey.fromPkcs8(der));
      const payload = { text: 'Grüße "😀"\n\ud800', bytes: new TextEncoder().encode('é'), list: [1, null] };
      const json = nomyo.encodePayload(payload);
      const view = json.borrow((bytes) => bytes);
      const envelope = await json.use((bytes) =>
        nomyo.sealEnvelope(bytes, key.publicKey, { processedAt: 7 }),
      );
      const opened = await nomyo.openEnvelope(envelope, key);
      const answer = nomyo.decodePayload(opened.plaintext);
      const tag = new TextDecoder().decode(envelope).indexOf('"tag":"') + 8;
      envelope[tag] = envelope[tag] === 65 ? 66 : 65;
      const refusal: unknown = await nomyo.openEnvelope(envelope, key).catch((error: unknown) => error);
      return {
        answer,
        processedAt: opened.processedAt,
        wiped: view.every((byte) => byte === 0) && pkcs8.disposed,
        refusal: refusal instanceof nomyo.SecurityError ? refusal.code : String(refusal),
        memory: nomyo.getMemoryProtectionInfo().method,
      };
    });
    expect(result).toEqual({
      answer: { text: 'Grüße "😀"\n\ud800', bytes: 'é', list: [1, null] },
      processedAt: 7,
      wiped: true,
      refusal: 'DECRYPTION_FAILED',
      memory: 'zero-only',
    });
  });

  it('interoperates with Node in both directions, at the size of two pieces', async () => {
    const { publicKey } = await RsaPrivateKey.fromPkcs8(smallPkcs8);
    const text = 'answer é '.repeat(11_000);
    const envelope = Buffer.from(wireBytes(sealIndependently(Buffer.from(text), publicKey.pem))).toString();
    const sealed = await page.evaluate(
      async ({ envelope, pem, publicPem }) => {
        const nomyo = await import('@nomyo/crypto');
        const key = await nomyo.RsaPrivateKey.fromPkcs8(nomyo.decodePem(pem).der);
        const recipient = await nomyo.RsaPublicKey.fromPem(publicPem);
        const { plaintext } = await nomyo.openEnvelope(new TextEncoder().encode(envelope), key);
        return new TextDecoder().decode(
          await plaintext.use((opened) => nomyo.sealEnvelope(opened, recipient)),
        );
      },
      { envelope, pem: smallPem, publicPem: keyVectors.recipient_public_key_pem },
    );
    expect(openIndependently(Buffer.from(sealed), recipientPem).plaintext.toString('utf8')).toBe(text);
  });

  it('prints nothing', () => {
    expect(problems).toEqual([]);
  });
});
