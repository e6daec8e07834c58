/**
 * The other side of version 2: a gateway whose KEM key is known here, and that answers at random. So this process knows
 * every secret of the process under examination.
 */
import { createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CONTENT_TYPE,
  formatPin,
  generateKemKey,
  generateSigningKey,
  makeDelegation,
  makeKeyDocument,
  RequestOpener,
  type KemKey,
} from '@nomyo/protocol-v2';
import { makeCertificate } from '@nomyo/router/testing';
import { randomAnswer, textNeedles, type Watch } from './observer.js';
import type { Needle } from './scan.js';

const REALM = '127.0.0.1';

/** In front of `enc` (SPEC 7.1), and what it takes in suite 1. */
const HEADER_BYTES = 44;
const ENC_BYTES = 1_120;

/** Everything that one examination of version 2 needs. */
export class ObserverV2 implements Watch {
  readonly folder: string;
  readonly url: string;
  readonly ca: string;
  readonly root: string;
  readonly #server: Server;
  readonly #needles: Needle[];

  private constructor(
    parts: Pick<ObserverV2, 'folder' | 'url' | 'ca' | 'root'>,
    server: Server,
    needles: Needle[],
  ) {
    ({ folder: this.folder, url: this.url, ca: this.ca, root: this.root } = parts);
    [this.#server, this.#needles] = [server, needles];
  }

  static async start(): Promise<ObserverV2> {
    const now = Math.floor(Date.now() / 1_000);
    const key = await generateKemKey({ activeFrom: now - 60, activeUntil: now + 3_600 });
    const [root, signer] = [await generateSigningKey(), await generateSigningKey()];
    const life = { notBefore: now - 60, notAfter: now + 3_600 };
    const delegation = await makeDelegation({
      root,
      realm: REALM,
      epoch: 1,
      ...life,
      signer: signer.publicKey,
    });
    const times = { issuedAt: now, expiresAt: now + 3_600 };
    const document = await makeKeyDocument({ delegation, signer, ...times, keys: [key] });
    const { ca, cert, key: tlsKey } = await makeCertificate();
    const needles: Needle[] = [];
    const server = createServer({ cert, key: tlsKey }, (request, response) => {
      if (request.method === 'GET') response.setHeader('content-type', CONTENT_TYPE.keys).end(document);
      else void answer(request, response, key, needles);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const url = `https://127.0.0.1:${String(port)}`;
    const folder = await mkdtemp(join(tmpdir(), 'nomyo-residue-'));
    return new ObserverV2({ folder, url, ca, root: formatPin(root.publicKey) }, server, needles);
  }

  needles(): Needle[] {
    return this.#needles;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await rm(this.folder, { recursive: true });
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  key: KemKey,
  needles: Needle[],
): Promise<void> {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  await once(request, 'end');
  const message = Buffer.concat(pieces);
  const opener = new RequestOpener({
    pathKeyId: key.keyId,
    keys: { find: () => key },
    now: () => Math.floor(Date.now() / 1_000),
    sink: () => undefined,
  });
  await opener.push(message);
  const body = randomAnswer();
  const sealer = await (await opener.end()).answer();
  const sealed = Buffer.from(
    await sealer.whole({ status: 200, contentType: 'application/json' }, Buffer.from(body)),
  );
  needles.push(...(await needlesOf(key, message, sealed)), ...textNeedles('answer', body));
  response.setHeader('content-type', CONTENT_TYPE.answer).end(sealed);
}

/** The keys that both sides derive (RFC 9180 5.1, SPEC 7.1, 8.2), with none of this project's code after the KEM. */
async function needlesOf(key: KemKey, message: Buffer, sealed: Buffer): Promise<Needle[]> {
  const enc = message.subarray(HEADER_BYTES, HEADER_BYTES + ENC_BYTES);
  const shared = Buffer.from(await key.decapsulate(enc));
  const info = Buffer.concat([Buffer.from('nomyo/v2 request\0'), message.subarray(0, HEADER_BYTES)]);
  const context = Buffer.concat([
    Buffer.alloc(1),
    labeled('', 'psk_id_hash', Buffer.alloc(0)),
    labeled('', 'info_hash', info),
  ]);
  const secret = labeled(shared, 'secret', Buffer.alloc(0));
  const requestKey = expanded(secret, 'key', context, 32);
  const exported = expanded(
    expanded(secret, 'exp', context, 32),
    'sec',
    Buffer.from('nomyo/v2 response'),
    32,
  );
  const salt = Buffer.concat([enc, sealed.subarray(4, 36)]);
  const answerKey = Buffer.from(hkdfSync('sha256', exported, salt, 'key', 32));
  const prompt = openFrames(requestKey, expanded(secret, 'base_nonce', context, 12), message);
  const keys = [shared, secret, requestKey, exported, answerKey].map((bytes) => ({ name: 'AES key', bytes }));
  return [...keys, ...textNeedles('prompt', prompt)];
}

const SUITE = Buffer.from([...Buffer.from('HPKE'), 0x64, 0x7a, 0, 1, 0, 2]);

function labeled(salt: string | Buffer, label: string, ikm: Buffer): Buffer {
  return createHmac('sha256', salt).update('HPKE-v1').update(SUITE).update(label).update(ikm).digest();
}

function expanded(prk: Buffer, label: string, info: Buffer, length: number): Buffer {
  const hmac = createHmac('sha256', prk)
    .update(Buffer.from([0, length]))
    .update('HPKE-v1')
    .update(SUITE);
  return hmac
    .update(label)
    .update(info)
    .update(Buffer.from([1]))
    .digest()
    .subarray(0, length);
}

/** Everything that was sealed, as text. */
function openFrames(key: Buffer, baseNonce: Buffer, message: Buffer): string {
  const opened: Buffer[] = [];
  for (let at = HEADER_BYTES + ENC_BYTES, i = 0; at < message.byteLength; i += 1) {
    const end = at + 5 + message.readUInt32BE(at);
    const nonce = Buffer.from(baseNonce);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ i) >>> 0, 8);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
    decipher.setAAD(message.subarray(at, at + 5)).setAuthTag(message.subarray(end - 16, end));
    const plaintext = Buffer.concat([decipher.update(message.subarray(at + 5, end - 16)), decipher.final()]);
    opened.push(plaintext.subarray(4, 4 + plaintext.readUInt32BE()));
    at = end;
  }
  return Buffer.concat(opened).toString('utf8');
}
