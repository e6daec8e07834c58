/** Both halves of README.md, as printed, against each other over a socket. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { recipientPem } from './support/keys.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const blocks = Array.from(
  readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```ts\n(.*?)```/gs),
  ([, code = '']) => code,
);

const compile = (code: string): string =>
  ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 },
  }).outputText;

/** The service around the two halves: the router's key, its two endpoints, and the client's base URL. */
const HARNESS = `
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { decodePem, RsaPrivateKey } from '@nomyo/crypto';
import { answer } from './router.mjs';

const keys = await RsaPrivateKey.fromPkcs8(decodePem(process.env.ROUTER_KEY).der);
const server = createServer(async (request, response) => {
  if (request.method === 'GET') return response.end(keys.publicKey.pem);
  response.end(await answer(await buffer(request), request.headers['x-public-key'], keys));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
globalThis.base = 'http://127.0.0.1:' + server.address().port;
const client = await import('./client.mjs');
console.log(JSON.stringify(client.answer));
server.close();
server.closeAllConnections();
`;

describe('README.md', () => {
  it('has a client and a router that work together', () => {
    const [client = '', router = ''] = blocks;
    expect(blocks.length).toBe(2);
    // Inside the package, so that its own name leads to it.
    mkdirSync(join(root, '.tmp'), { recursive: true });
    const folder = mkdtempSync(join(root, '.tmp', 'readme-'));
    try {
      writeFileSync(join(folder, 'client.mjs'), `${compile(client)}\nexport { answer };\n`);
      writeFileSync(join(folder, 'router.mjs'), compile(router));
      writeFileSync(join(folder, 'harness.mjs'), HARNESS);
      const env = { ...process.env, NODE_OPTIONS: '', ROUTER_KEY: recipientPem };
      const run = spawnSync(process.execPath, [join(folder, 'harness.mjs')], {
        env,
        encoding: 'utf8',
        timeout: 50_000,
      });
      expect(run.stderr).toBe('');
      expect(JSON.parse(run.stdout)).toMatchObject({
        model: 'Qwen/Qwen3-0.6B',
        choices: [{ message: { content: 'Hello to you' } }],
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('names every code that this package throws, and every export that is not a type', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const index = readFileSync(join(root, 'src/index.ts'), 'utf8');
    const names = Array.from(index.matchAll(/export \{([^}]*)\}/g), ([, list = '']) =>
      list.split(','),
    ).flat();
    const values = names
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '));
    expect(values.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
    for (const code of [
      'INVALID_KEY',
      'INVALID_ENVELOPE',
      'DECRYPTION_FAILED',
      'INVALID_PLAINTEXT',
      'PAYLOAD_TOO_LARGE',
      'DISPOSED',
    ]) {
      expect(readme).toContain(code);
    }
  });
});
