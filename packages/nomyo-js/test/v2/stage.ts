/** A root, a model and a router of ours behind TLS, which end with the test; and clients that pin the root. */
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { SecureByteContext } from '@nomyo/crypto';
import { importSigningKey, type SigningKey } from '@nomyo/protocol-v2';
import {
  createRoot,
  delegate,
  oneUpstream,
  OPEN_TO_ALL,
  openSigner,
  revoke,
  startServer,
  type RouterServer,
  type ServerOptions,
} from '@nomyo/router';
import { SecureChatCompletion, type SecureChatCompletionConfig } from '../../src/index.js';
import { v2, type V2Options } from '../../src/v2/index.js';
import { look, MARKERS } from '../leaks.js';
import { later, temporaryDirectory } from '../support.js';
import { certificate, startFront, type Meddle } from '../terminator.js';
import { startModel, type Model, type Script } from './model.js';

/** The realm the root delegates for: the host that clients reach here. */
export const REALM = '127.0.0.1';

/** Keys of a realm, in a directory of the test. */
export interface Authority {
  readonly pin: string;
  /** A signer's file. @param epoch higher than that of the signers it revokes */
  signer(epoch?: number): Promise<string>;
  /** The next epoch's. */
  revoke(signer: string): Promise<string>;
  /** The root itself, for tests that make documents by hand. */
  root(): Promise<SigningKey>;
}

export async function authority(realm: string = REALM): Promise<Authority> {
  const dir = temporaryDirectory();
  const root = join(dir, 'root.pem');
  const pin = await createRoot(root);
  let number = 0;
  const output = (): string => join(dir, `signer-${String((number += 1))}.pem`);
  return {
    pin,
    signer: async (epoch = 1) => {
      const file = output();
      await delegate({ root, output: file, realm, days: 1, epoch });
      return file;
    },
    revoke: async (signer) => {
      const file = output();
      await revoke({ root, signer, output: file, days: 1 });
      return file;
    },
    root: async () => {
      const { d = '' } = createPrivateKey(await readFile(root)).export({ format: 'jwk' });
      return importSigningKey(new SecureByteContext(Buffer.from(d, 'base64url')));
    },
  };
}

export interface RunningRouter {
  readonly server: RouterServer;
  readonly model: Model;
  readonly log: readonly string[];
}

/** `nomyo-router serve`, in this process. */
export async function startRouter(
  signer: string,
  options: Partial<ServerOptions> & { readonly model?: Model } = {},
): Promise<RunningRouter> {
  const { model = await startModel(), ...rest } = options;
  const log: string[] = [];
  const server = await startServer({
    signer: await openSigner(signer),
    tls: await certificate(),
    access: OPEN_TO_ALL,
    tiers: oneUpstream(model.url),
    print: (line) => log.push(line),
    ...rest,
  });
  later(() => server.close());
  return { server, model, log };
}

/** A router, and what a client needs to reach it. */
export interface Stage extends RunningRouter {
  readonly authority: Authority;
  readonly url: string;
  readonly ca: string;
}

export async function stage(
  options: Partial<ServerOptions> & { readonly script?: Script; readonly meddle?: Meddle } = {},
): Promise<Stage> {
  const { script, meddle, ...rest } = options;
  const keys = await authority();
  const model = await startModel(script);
  const { ca } = await certificate();
  const running = await startRouter(await keys.signer(), { ...rest, model });
  const url = meddle === undefined ? running.server.url : await startFront(() => running.server.url, meddle);
  return { ...running, authority: keys, url, ca };
}

type Reachable = Pick<Stage, 'url' | 'ca' | 'authority'>;

export function configFor(
  to: Reachable,
  config: SecureChatCompletionConfig & { readonly trust?: Partial<V2Options> } = {},
): SecureChatCompletionConfig {
  const { trust, ...rest } = config;
  return {
    baseUrl: to.url,
    protocol: v2({ roots: [to.authority.pin], ...trust }),
    keyDir: null,
    apiKey: MARKERS.apiKey,
    maxRetries: 0,
    timeout: 20_000,
    tls: { ca: to.ca },
    ...rest,
  };
}

export function client(
  to: Reachable,
  config: SecureChatCompletionConfig & { readonly trust?: Partial<V2Options> } = {},
): SecureChatCompletion {
  const created = new SecureChatCompletion(configFor(to, config));
  look('a client', created);
  later(() => created.dispose());
  return created;
}

/** Answers with an event stream, piece by piece; each piece is written when `next` resolves. */
export function streaming(pieces: readonly string[], next: (i: number) => Promise<void> | void): Script {
  return async (_received, response: ServerResponse) => {
    response.setHeader('content-type', 'text/event-stream');
    for (const [i, piece] of pieces.entries()) {
      await next(i);
      // The caller is gone; a model that went on would keep the tests from ending.
      if (response.destroyed) return;
      response.write(piece);
    }
    response.end();
  };
}
