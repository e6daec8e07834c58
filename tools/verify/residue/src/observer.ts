/**
 * The other side: a local router whose private key is known here, a model that answers at random, and the client's
 * key pair, made here. So this process knows every secret of the process under examination.
 */
import {
  constants,
  createDecipheriv,
  createPrivateKey,
  generateKeyPairSync,
  privateDecrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRouter, type Router, type SeenRequest } from '@nomyo/router/testing';
import type { Needle } from './scan.js';
import { FIRST_LETTER, LETTERS, textLength } from './scenario.js';

/** Bytes of a number of the key that are looked for: enough not to be met by chance. */
const NUMBER_SLICE = { start: 64, end: 96 } as const;

/** Characters of a text that are looked for, not far from its start and from its end. */
const SLICE_LENGTH = 32;

/** Most requests that the router is asked to remember. */
const KEPT_REQUESTS = 10_000;

/** The other side, as the process under examination reaches it, and what it must not hold any more. */
export interface Watch {
  /** The memory the process may write to. */
  readonly folder: string;
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  /** The pin of a root; empty in version 1. */
  readonly root: string;
  needles(): Needle[];
  close(): Promise<void>;
}

/** Everything that one examination of version 1 needs. */
export class Observer implements Watch {
  readonly folder: string;
  readonly root = '';
  readonly router: Router;
  readonly #model: Server;
  readonly #routerKey: KeyObject;
  readonly #clientKey: KeyObject;

  private constructor(
    folder: string,
    router: Router,
    model: Server,
    routerKey: KeyObject,
    clientKey: KeyObject,
  ) {
    this.folder = folder;
    this.router = router;
    this.#model = model;
    this.#routerKey = routerKey;
    this.#clientKey = clientKey;
  }

  static async start(): Promise<Observer> {
    const folder = await mkdtemp(join(tmpdir(), 'nomyo-residue-'));
    const clientPem = newKeyPem();
    await mkdir(join(folder, 'keys'), { mode: 0o700 });
    await writeFile(join(folder, 'keys', 'private_key.pem'), clientPem, { mode: 0o600 });
    const routerPem = newKeyPem();
    const model = createServer(answerAtRandom);
    await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
    const address = model.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const upstream = `http://127.0.0.1:${String(port)}/v1`;
    const router = await startRouter({ tls: true, keyPem: routerPem, upstream, keepRequests: KEPT_REQUESTS });
    return new Observer(folder, router, model, createPrivateKey(routerPem), createPrivateKey(clientPem));
  }

  get url(): string {
    return this.router.url;
  }

  get ca(): string {
    return this.router.ca ?? '';
  }

  /** Secrets that the client's process must no longer hold. */
  needles(): Needle[] {
    const calls = this.router.requests.filter((seen) => seen.method === 'POST' && seen.status === 200);
    return [
      ...calls.flatMap((seen) => this.#callNeedles(seen)),
      ...numberNeedles('private key', this.#clientKey),
    ];
  }

  async close(): Promise<void> {
    await this.router.close();
    this.#model.closeAllConnections();
    this.#model.close();
    await rm(this.folder, { recursive: true });
  }

  #callNeedles(seen: SeenRequest): Needle[] {
    const request = openWith(this.#routerKey, seen.requestBody);
    const answer = openWith(this.#clientKey, seen.answerBody);
    return [
      ...textNeedles('prompt', request.text),
      ...textNeedles('answer', answer.text),
      { name: 'AES key', bytes: request.key },
      { name: 'AES key', bytes: answer.key },
    ];
  }
}

/** A part of each secret number of a key, in both byte orders. */
export function numberNeedles(name: string, privateKey: KeyObject): Needle[] {
  const { p = '', q = '', d = '' } = privateKey.export({ format: 'jwk' });
  return [p, q, d].flatMap((number) => {
    const bigEndian = Buffer.from(number, 'base64url').subarray(NUMBER_SLICE.start, NUMBER_SLICE.end);
    // OpenSSL keeps numbers with the lowest byte first.
    return [bigEndian, Buffer.from(bigEndian).reverse()].map((bytes) => ({ name, bytes }));
  });
}

/** RSA-4096, as a client has it. */
function newKeyPem(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 4096 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

let answers = 0;

function answerAtRandom(_request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('content-type', 'application/json');
  response.end(randomAnswer());
}

/** A chat completion, of the next length. */
export function randomAnswer(): string {
  const length = textLength(answers);
  answers += 1;
  const letters = Array.from(randomBytes(length), (byte) =>
    String.fromCharCode(FIRST_LETTER + (byte % LETTERS)),
  );
  const message = { role: 'assistant', content: letters.join('') };
  const choices = [{ index: 0, message, finish_reason: 'stop' }];
  return JSON.stringify({ id: 'x', object: 'chat.completion', created: 1, model: 'm', choices });
}

/** The random text of a call as the client's process could hold it: in UTF-8, or as a two-byte string. */
export function textNeedles(name: string, json: string): Needle[] {
  const text = /[a-z]{96,}/.exec(json)?.[0] ?? '';
  const slices = [SLICE_LENGTH, text.length - 2 * SLICE_LENGTH].map((start) =>
    text.slice(start, start + SLICE_LENGTH),
  );
  return (['utf8', 'utf16le'] as const).flatMap((encoding) =>
    slices.map((slice) => ({ name, bytes: Buffer.from(slice, encoding) })),
  );
}

/** Opens an envelope without any code of this project. */
export function openWith(
  privateKey: KeyObject,
  envelope: Uint8Array,
): { readonly key: Buffer; readonly text: string } {
  const text = Buffer.from(envelope).toString('latin1');
  const member = (name: string): Buffer =>
    Buffer.from(new RegExp(`"${name}": ?"([^"]+)"`).exec(text)?.[1] ?? '', 'base64');
  const oaep = { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const key = privateDecrypt(oaep, member('encrypted_aes_key'));
  const decipher = createDecipheriv('aes-256-gcm', key, member('nonce'), { authTagLength: 16 });
  decipher.setAuthTag(member('tag'));
  return {
    key,
    text: Buffer.concat([decipher.update(member('ciphertext')), decipher.final()]).toString('utf8'),
  };
}
