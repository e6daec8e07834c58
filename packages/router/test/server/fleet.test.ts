import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until, whyNoRedis } from '@nomyo/testkit';
import { createRoot, delegate } from '../../src/server/index.js';
import { open, readKeys, seal, type Sealed } from './client.js';
import { completion, startModelServer, type ModelServer } from './model-server.js';
import { useRouterProcesses, type RouterProcess } from '../processes.js';
import { startRedis } from './redis.js';
import { activeKey, CHAT, http, post } from './setup.js';

const run = useRouterProcesses('server/main.js');
let dir = '';
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'nomyo-fleet-'));
  await createRoot(join(dir, 'root.pem'));
  const options = { realm: 'fleet.test', days: 1, epoch: 1, output: join(dir, 'signer.pem') };
  await delegate({ root: join(dir, 'root.pem'), ...options });
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => rmSync(dir, { recursive: true }));

interface FleetRouter {
  readonly process: RouterProcess;
  readonly url: string;
  readonly port: number;
}

async function startRouter(redis: string, model: ModelServer): Promise<FleetRouter> {
  const process = run([
    'serve',
    ...['--signer', join(dir, 'signer.pem'), '--upstream', model.url, '--port', '0'],
    ...['--redis', redis, '--peer-listen', '127.0.0.1:0'],
  ]);
  const [, url = ''] = await process.printed(/"started","message":"(http[^"]+)"/u);
  return { process, url, port: Number(new URL(url).port) };
}

/** Knows nothing of its traffic: each connection goes to the next port, or to another if that one is closed. */
async function startBalancer(ports: readonly number[]): Promise<string> {
  let turn = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on('error', () => undefined).on('close', () => open.delete(client));
    const attempt = (left: number): void => {
      turn += 1;
      const target = connect(ports[turn % ports.length] ?? 0, '127.0.0.1');
      const failed = (): void => {
        if (left > 0) attempt(left - 1);
        else client.destroy();
      };
      target.once('error', failed);
      target.once('connect', () => {
        target.off('error', failed).on('error', () => client.destroy());
        // A cut connection is cut on both sides, so that no half-open one looks like a slow one.
        target.on('close', () => client.destroy());
        client.on('close', () => target.destroy());
        client.pipe(target).pipe(client);
      });
    };
    attempt(ports.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startFleet(count: number, model: ModelServer): Promise<readonly FleetRouter[]> {
  closing.push(() => model.close());
  const redis = await startRedis();
  const routers = await Promise.all(Array.from({ length: count }, () => startRouter(redis, model)));
  for (const { url } of routers) {
    // Both suites of each.
    while (readKeys((await http({ url: `${url}/v2/keys` })).body).length < 2 * count) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return routers;
}

/** A key of whichever router answers: the one that was killed may have been asked. */
const keyBehind = (url: string): ReturnType<typeof activeKey> =>
  until(() => activeKey(url).catch(() => undefined));

/** How a call ends: with an answer or a code of the protocol; `unknown` when nobody can tell whether it ran. */
async function call(url: string, marker: string): Promise<string> {
  const requestId = randomBytes(16);
  const body = { model: 'm', messages: [{ role: 'user', content: marker }] };
  const sealNow = async (): Promise<Sealed> => seal(await keyBehind(url), { body, requestId });
  let message = await sealNow();
  let isUnknown = false;
  let wasSealedAgain = false;
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const answer = await post(url, message).catch(() => undefined);
    if (answer === undefined || (answer.status === 200 && !answer.complete)) {
      isUnknown = true;
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    if (answer.status === 200) {
      const opened = open(answer.body, message);
      return opened.status === 200 ? opened.body : (opened.code ?? 'no code');
    }
    const { type } = JSON.parse(answer.body.toString()) as { type: string };
    const code = type.replace('urn:nomyo:v2:', '');
    if (code === 'replayed' || (code === 'key_unknown' && isUnknown)) return 'unknown';
    if (code === 'key_unknown' && !wasSealedAgain) {
      wasSealedAgain = true;
      const old = message.keyId;
      while (message.keyId === old) message = await sealNow();
    } else if (code !== 'busy' && code !== 'unavailable') return code;
  }
  return 'gave up';
}

const suite = whyNoRedis === undefined ? describe : describe.skip;
suite(
  `three routers and a redis-server${whyNoRedis === undefined ? '' : ` (skipped: ${whyNoRedis})`}`,
  () => {
    it("publish each other's keys; any of them answers for any key, and the model runs once", async () => {
      const model = await startModelServer();
      const routers = await startFleet(3, model);
      const urls = routers.map(({ url }) => url);
      const message = await seal(await activeKey(urls[0] ?? ''), { body: CHAT });
      const answers: Buffer[] = [];
      for (const url of urls) answers.push((await post(url, message)).body);
      expect(answers.map((answer) => open(answer, message).status)).toEqual([200, 200, 200]);
      expect(answers.every((answer) => answer.equals(answers[0] ?? Buffer.alloc(0)))).toBe(true);
      expect(model.received).toHaveLength(1);
    });

    it('behind a plain TCP balancer, with one killed: an answer or a typed error for everyone, nothing twice', async () => {
      const model = await startModelServer(({ body }, response) => {
        setTimeout(() => response.setHeader('content-type', 'application/json').end(completion(body)), 150);
      });
      const routers = await startFleet(3, model);
      const url = await startBalancer(routers.map(({ port }) => port));
      const outcomes = new Map<string, string>();
      const client = async (name: string): Promise<void> => {
        for (let i = 0; i < 5; i += 1) outcomes.set(`${name}-${i}`, await call(url, `${name}-${i}`));
      };
      const clients = Array.from({ length: 8 }, (_, i) => client(`client-${i}`));
      while (model.received.length < 12) await new Promise((resolve) => setTimeout(resolve, 10));
      routers[1]?.process.child.kill('SIGKILL');
      await Promise.all(clients);
      expect(outcomes.size).toBe(40);
      for (const [marker, outcome] of outcomes) {
        expect([marker, outcome === 'unknown' || outcome.includes(marker)]).toEqual([marker, true]);
      }
      const answered = [...outcomes.values()].filter((outcome) => outcome !== 'unknown').length;
      expect(answered).toBeGreaterThan(25);
      const runs = new Map<string, number>();
      for (const { body } of model.received) {
        const marker = /client-\d-\d/u.exec(body)?.[0] ?? '';
        runs.set(marker, (runs.get(marker) ?? 0) + 1);
      }
      expect([...runs].filter(([, count]) => count > 1)).toEqual([]);
    });
  },
);
