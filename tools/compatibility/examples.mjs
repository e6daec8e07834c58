// Runs the examples of nomyo-js with the installed libraries, each library in a process of its own.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestRouter } from '@nomyo/router/testing';
import { answer } from './clients/cases.mjs';
import { makePair, writePair } from './keys.mjs';

const here = import.meta.dirname;
const source = join(here, '../../packages/nomyo-js/examples/libraries');

/** Every example, by the folder or file of its library. */
export function exampleFiles() {
  return readdirSync(source, { recursive: true })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.mjs'))
    .sort();
}

/** Found by every example in its working directory, as one that ran before would have left it. */
let pair;

/** For one library, in ms. */
const DEADLINE_MS = 120_000;

/**
 * @param {{ dir: string, node: string }} place of the installed libraries
 * @param {string[]} files
 * @returns what each file printed, how the process ended, and the requests that reached the router, opened
 */
export async function runExamples({ dir, node }, files) {
  const target = (copies[dir] ??= copyTo(dir));
  const cwd = mkdtempSync(join(tmpdir(), 'nomyo-examples-'));
  const router = await startTestRouter({ answers: answer, tls: true });
  writeFileSync(join(cwd, 'ca.pem'), router.ca);
  writePair(join(cwd, 'client_keys'), (pair ??= makePair(4096)));
  try {
    const { code, printed } = await start(node, [join(target, 'examples.mjs'), ...files], cwd, router.url);
    return { code, printed, outputs: outputsOf(printed), requests: await router.opened() };
  } finally {
    await router.close();
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** By directory. A second copy would take files away from processes that are about to import them. */
const copies = {};

/** Beside the libraries, so that the examples find them. */
function copyTo(dir) {
  const target = join(dir, 'examples');
  cpSync(source, join(target, 'libraries'), { recursive: true });
  cpSync(join(here, 'clients/examples.mjs'), join(target, 'examples.mjs'));
  return target;
}

async function start(node, args, cwd, url) {
  const child = spawn(node, ['--no-warnings', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: cwd,
      PORT: '0',
      NOMYO_BASE_URL: url,
      NOMYO_API_KEY: 'unused',
      NODE_EXTRA_CA_CERTS: join(cwd, 'ca.pem'),
    },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (printed += String(piece)));
  const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return { code, printed };
}

/** @returns {Record<string, string>} what each example printed, by its file */
function outputsOf(printed) {
  const parts = printed.split(/^=== (.+)\n/m).slice(1);
  return Object.fromEntries(
    parts.flatMap((part, index) => (index % 2 === 0 ? [[part, parts[index + 1].trim()]] : [])),
  );
}
