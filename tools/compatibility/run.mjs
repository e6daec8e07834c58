// Puts the libraries through the cases, each in a process of its own, against local routers with TLS.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestRouter } from '@nomyo/router/testing';
import { answer, CASES } from './clients/cases.mjs';
import { install, versionOf } from './install.mjs';
import { makePair, writePair } from './keys.mjs';

const here = import.meta.dirname;

/** Libraries at a time: most of them wait most of the time, for their own back-off. */
const AT_A_TIME = 6;

/** For one library, in ms: a process that hangs must not hang the run. */
const DEADLINE_MS = 180_000;

/** How often a router is looked at for the request that a case waits for, in ms. */
const LOOK_MS = 20;

/** The sets of versions. */
export const SETS = ['current', 'oldest'];

/**
 * @param {{ set: string, library: object }[]} pairs of a set of versions and one of LIBRARIES
 * @param {string} prompt marked: it must be in no error, log or span
 * @returns for each pair its version, the results of its cases by name, and what it printed
 */
export async function run(pairs, prompt) {
  const places = new Map(SETS.map((set) => [set, prepare(install(set))]));
  // One pair for all clients, and one for all routers: to make them takes longer than to use them.
  const keys = {
    keyDir: mkdtempSync(join(tmpdir(), 'nomyo-compatibility-')),
    keyPem: makePair(2048).privateKey,
  };
  writePair(keys.keyDir, makePair(2048));
  const queue = [...pairs];
  const results = new Map();
  const work = async () => {
    for (let pair = queue.shift(); pair !== undefined; pair = queue.shift()) {
      const { set, library } = pair;
      const place = places.get(set);
      const tried = await tryLibrary({ ...place, keys, prompt, driver: library.driver });
      results.set(pair, { version: versionOf(place.dir, library.package), ...tried });
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
  } finally {
    rmSync(keys.keyDir, { recursive: true, force: true });
  }
  return results;
}

/** The drivers lie beside the libraries, so that they find them. */
function prepare({ dir, node }) {
  const target = join(dir, 'clients');
  rmSync(target, { recursive: true, force: true });
  cpSync(join(here, 'clients'), target, { recursive: true });
  return { dir, node, script: join(target, 'child.mjs') };
}

async function tryLibrary({ script, node, dir, keys, prompt, driver }) {
  const child = spawn(node, ['--no-warnings', script, driver], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // No variable that a library could take a key, a host or a log level from.
    env: { PATH: process.env.PATH, HOME: keys.keyDir },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (printed += String(piece)));
  const cases = new Map();
  const routers = new Map();
  child.on('message', (message) => {
    answerTo(message).catch((error) => {
      printed += `\n${String(error.stack)}`;
      child.kill('SIGKILL');
    });
  });
  child.send({ prompt });
  const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  await Promise.all([...routers.values()].map((router) => router.close()));
  return { cases, printed, code };

  async function answerTo({ type, name, ...message }) {
    if (type === 'open') await open(CASES.find((test) => test.name === name));
    else await close(name, message);
  }

  async function open({ name, fail, abort }) {
    const router = await startTestRouter({
      answers: answer,
      tls: true,
      keyPem: keys.keyPem,
      ...(fail === undefined ? {} : { fail }),
    });
    routers.set(name, router);
    const options = { ...router.clientOptions, apiKey: 'unused', keyDir: keys.keyDir, keySize: 2048 };
    child.send({ type: 'opened', name, options });
    if (abort !== 'during') return;
    while (requestsAt(router) === 0 && child.connected) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    if (child.connected) child.send({ type: 'arrived', name });
  }

  async function close(name, outcome) {
    const router = routers.get(name);
    routers.delete(name);
    cases.set(name, { ...outcome, requests: requestsAt(router) });
    await router.close();
  }
}

function requestsAt(router) {
  return router.requests.filter(({ method }) => method === 'POST').length;
}
