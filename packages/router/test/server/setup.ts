/** A signer, a model server and a router in one process, which end with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { OPEN_TO_ALL } from '../../src/server/access/key-ring.js';
import { oneUpstream } from '../../src/server/access/tiers.js';
import { delegate } from '../../src/server/keys/delegate.js';
import { createRoot } from '../../src/server/keys/root.js';
import type { ServerOptions } from '../../src/server/options.js';
import { openSigner } from '../../src/server/keys/signer.js';
import { startServer, type RouterServer } from '../../src/server/server.js';
import { open, readKeys, seal, type Ask, type Opened, type PublishedKey, type Sealed } from './client.js';
import { startModelServer, type ModelServer, type Script } from './model-server.js';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Whether the body came to its end. */
  readonly complete: boolean;
}

export interface HttpCall {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal?: AbortSignal;
  readonly ca?: string | undefined;
  readonly onData?: (soFar: Buffer) => void;
}

export function http({
  url,
  method = 'GET',
  headers = {},
  body,
  signal,
  ca,
  onData,
}: HttpCall): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const begin = url.startsWith('https:') ? tlsRequest : request;
    const sent = begin(
      url,
      {
        method,
        headers,
        agent: false,
        ...(ca === undefined ? {} : { ca }),
        ...(signal === undefined ? {} : { signal }),
      },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => {
          pieces.push(piece);
          onData?.(Buffer.concat(pieces));
        });
        answer.on('error', () => undefined);
        answer.on('close', () => {
          const { statusCode = 0, complete } = answer;
          resolve({ status: statusCode, headers: answer.headers, body: Buffer.concat(pieces), complete });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

export const REQUEST_TYPE = { 'content-type': 'application/nomyo-v2-request' };

export function post(
  url: string,
  { keyId, message }: Sealed,
  more: Partial<HttpCall> = {},
): Promise<HttpAnswer> {
  return http({ url: `${url}/v2/${keyId}`, method: 'POST', headers: REQUEST_TYPE, body: message, ...more });
}

/** The active key of suite 1. */
export async function activeKey(url: string, ca?: string): Promise<PublishedKey> {
  const { body } = await http({ url: `${url}/v2/keys`, ca });
  const now = Date.now() / 1000;
  const key = readKeys(body).find(
    ({ suite, activeFrom, activeUntil }) => suite === 1 && activeFrom <= now && now < activeUntil,
  );
  if (key === undefined) throw new Error('no active key of suite 1');
  return key;
}

export interface Stage {
  readonly model: ModelServer;
  readonly server: RouterServer;
  readonly log: readonly string[];
  /** Seals, posts and opens. */
  readonly ask: (ask: Ask) => Promise<Opened>;
  readonly sealed: (ask: Ask) => Promise<Sealed>;
}

export const CHAT = { model: 'small', messages: [{ role: 'user', content: 'Hello, who are you?' }] };

export function useStages(): (options?: Partial<ServerOptions>, script?: Script) => Promise<Stage> {
  let dir = '';
  let signer = '';
  const running: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'nomyo-router-'));
    signer = join(dir, 'signer.pem');
    await createRoot(join(dir, 'root.pem'));
    await delegate({ root: join(dir, 'root.pem'), output: signer, realm: 'router.test', days: 1, epoch: 1 });
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.close()));
  });
  afterAll(() => rmSync(dir, { recursive: true }));
  return async (options = {}, script) => {
    const model = await startModelServer(script);
    running.push(model);
    const log: string[] = [];
    const server = await startServer({
      signer: await openSigner(signer),
      access: OPEN_TO_ALL,
      tiers: oneUpstream(model.url),
      print: (line) => log.push(line),
      ...options,
    });
    running.push(server);
    const sealed = async (ask: Ask) => seal(await activeKey(server.url), ask);
    const ask = async (one: Ask) => {
      const message = await sealed(one);
      return open((await post(server.url, message)).body, message);
    };
    return { model, server, log, ask, sealed };
  };
}
