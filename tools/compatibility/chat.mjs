// The page and the route of the chat examples, as an application would run them: bundled, served, and opened in Chromium.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makePair, writePair } from './keys.mjs';

const here = import.meta.dirname;
const examples = join(here, '../../packages/nomyo-js/examples/libraries/ai-sdk');
const esbuild = createRequire(import.meta.url).resolve('esbuild/bin/esbuild');

/** The application code around the page. */
const ENTRY = `
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { ChatPage } from './chat-page.mjs';
createRoot(document.querySelector('#chat')).render(createElement(ChatPage));
`;

/** Debian's, as tools/system-packages.mjs installs it. */
export const CHROMIUM = '/usr/bin/chromium';

/** Why no page can be opened here, or `undefined`. */
export const whyNoBrowser = existsSync(CHROMIUM) ? undefined : `there is no ${CHROMIUM}`;

/**
 * @param {{ dir: string, node: string }} place of the installed libraries
 * @param {{ url: string, ca: string }} router that the route asks
 * @returns the address of the page, what its server printed on stderr, and how to end it
 */
export async function startChat(place, router) {
  const cwd = mkdtempSync(join(tmpdir(), 'nomyo-chat-'));
  writeFileSync(join(cwd, 'ca.pem'), router.ca);
  writePair(join(cwd, 'client_keys'), makePair(2048));
  const { server, route, script } = prepare(place);
  const child = spawn(place.node, ['--no-warnings', server, route, script], {
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: cwd,
      NOMYO_BASE_URL: router.url,
      NOMYO_API_KEY: 'unused',
      NODE_EXTRA_CA_CERTS: join(cwd, 'ca.pem'),
    },
  });
  let printed = '';
  child.stderr.on('data', (piece) => (printed += String(piece)));
  const ended = once(child, 'close');
  const [port] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  return {
    url: `http://localhost:${String(port)}/`,
    printed: () => printed,
    async close() {
      child.stdin.end();
      await ended;
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}

/** Beside the libraries, so that both halves find them. */
function prepare({ dir }) {
  const target = join(dir, 'chat');
  const server = join(target, 'server.mjs');
  const script = join(target, 'page.js');
  cpSync(examples, target, { recursive: true });
  cpSync(join(here, 'clients/chat-server.mjs'), server);
  const flags = ['--bundle', '--minify', '--log-level=error', '--define:process.env.NODE_ENV="production"'];
  const run = spawnSync(process.execPath, [esbuild, `--outfile=${script}`, ...flags], {
    cwd: target,
    input: ENTRY,
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`esbuild failed\n${run.stderr}`);
  return { server, route: join(target, 'chat-route.mjs'), script };
}
