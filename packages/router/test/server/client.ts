/**
 * A client of protocol 2 that shares no code with the router: X-Wing of `@noble/post-quantum`, the key schedule of `hpke`,
 * AES-GCM and HKDF of `node:crypto`.
 */
import { createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js';
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, type KEM, type Key } from 'hpke';

export interface PublishedKey {
  readonly id: string;
  readonly suite: number;
  readonly publicKey: Buffer;
  readonly activeFrom: number;
  readonly activeUntil: number;
}

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly apiKey?: string;
  readonly tier?: string;
  readonly body?: unknown;
  /** 16 bytes. */
  readonly requestId?: Buffer;
  /** Unix seconds. */
  readonly timestamp?: number;
}

export interface Sealed {
  readonly keyId: string;
  readonly message: Buffer;
  readonly secret: Buffer;
  readonly enc: Buffer;
}

export interface Frame {
  readonly type: number;
  readonly content: Buffer;
}

export interface Opened {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly code: string | undefined;
  readonly retryAfter: number | undefined;
  readonly tier: string | undefined;
  readonly body: string;
  readonly frames: readonly Frame[];
  readonly ended: 'end' | 'abort' | 'truncated';
}

interface PublicKey extends Key {
  readonly raw: Uint8Array;
}

const refuse = () => Promise.reject(new Error('not used'));

const xWing = (): KEM<PublicKey> => ({
  id: 0x647a,
  type: 'KEM',
  name: 'MLKEM768-X25519',
  Nsecret: 32,
  Nenc: 1120,
  Npk: 1216,
  Nsk: 32,
  Encap: ({ raw }) => {
    const { cipherText, sharedSecret } = ml_kem768_x25519.encapsulate(raw);
    return Promise.resolve({ enc: cipherText, shared_secret: sharedSecret });
  },
  Decap: refuse,
  DeriveKeyPair: refuse,
  GenerateKeyPair: refuse,
  SerializePublicKey: refuse,
  DeserializePublicKey: refuse,
  SerializePrivateKey: refuse,
  DeserializePrivateKey: refuse,
});

const suite = new CipherSuite(xWing, KDF_HKDF_SHA256, AEAD_AES_256_GCM);

/** The keys of a document, which is taken on trust: signatures are another test's. */
export function readKeys(document: Buffer): readonly PublishedKey[] {
  let at = 4 + 1 + (document[4] ?? 0) + 4 + 8 + 8 + 32 + 64;
  expectMagic(document.subarray(at), 'NYK2');
  const count = document[at + 24] ?? 0;
  at += 25;
  return Array.from({ length: count }, () => {
    const length = document.readUInt16BE(at + 17);
    const publicKey = document.subarray(at + 19, at + 19 + length);
    const key = {
      suite: document[at] ?? 0,
      activeFrom: Number(document.readBigUInt64BE(at + 1)),
      activeUntil: Number(document.readBigUInt64BE(at + 9)),
      publicKey,
      id: createHash('sha256')
        .update('nomyo/v2 key\0')
        .update(document.subarray(at, at + 1))
        .update(publicKey)
        .digest('hex')
        .slice(0, 32),
    };
    at += 19 + length + 2;
    return key;
  });
}

function expectMagic(bytes: Buffer, magic: string): void {
  if (bytes.subarray(0, 4).toString('latin1') !== magic) throw new Error(`no ${magic}`);
}

/** Seals to a key of suite 1. */
export async function seal({ id, publicKey }: PublishedKey, ask: Ask): Promise<Sealed> {
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigUInt64BE(BigInt(ask.timestamp ?? Math.floor(Date.now() / 1000)));
  const header = Buffer.concat([
    Buffer.from('NYQ2'),
    Buffer.from(id, 'hex'),
    ask.requestId ?? randomBytes(16),
    timestamp,
  ]);
  const info = Buffer.concat([Buffer.from('nomyo/v2 request\0'), header]);
  const recipient = { algorithm: { name: '' }, extractable: true, type: 'public', raw: publicKey };
  const { encapsulatedSecret, ctx } = await suite.SetupSender(recipient, { info });
  const frames: Buffer[] = [];
  const body = Buffer.from(ask.body === undefined ? '' : JSON.stringify(ask.body));
  for (const [type, content] of [[1, headOf(ask)] as const, [3, body] as const]) {
    const plaintext = Buffer.concat([u32(content.byteLength), content]);
    const prefix = Buffer.concat([u32(plaintext.byteLength + 16), Buffer.from([type])]);
    frames.push(prefix, Buffer.from(await ctx.Seal(plaintext, prefix)));
  }
  const enc = Buffer.from(encapsulatedSecret);
  const secret = Buffer.from(await ctx.Export(Buffer.from('nomyo/v2 response'), 32));
  return { keyId: id, message: Buffer.concat([header, enc, ...frames]), secret, enc };
}

function headOf({ method = 'POST', path = '/v1/chat/completions', apiKey, tier }: Ask): Buffer {
  const fields: [number, string | undefined][] = [
    [1, method],
    [2, path],
    [3, method === 'POST' ? 'application/json' : undefined],
    [4, apiKey === undefined ? undefined : `Bearer ${apiKey}`],
    [5, tier],
  ];
  return Buffer.concat(
    fields.flatMap(([tag, value]) => {
      if (value === undefined) return [];
      const bytes = Buffer.from(value);
      return [Buffer.from([tag, bytes.byteLength >> 8, bytes.byteLength & 255]), bytes];
    }),
  );
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Opens as much of an answer as came. */
export function open(answer: Buffer, { secret, enc }: Pick<Sealed, 'secret' | 'enc'>): Opened {
  expectMagic(answer, 'NYR2');
  const frames = openFrames(answer, { secret, enc });
  const [head, ...rest] = frames;
  if (head?.type !== 1) throw new Error('no head');
  const last = rest.at(-1);
  const body = rest.filter(({ type }) => type === 2 || type === 3).map(({ content }) => content);
  const fields = readFields(last?.type === 4 ? last.content : head.content);
  return {
    status: fields.get(0x11)?.readUInt16BE() ?? 0,
    contentType: fields.get(0x12)?.toString(),
    code: fields.get(0x13)?.toString(),
    retryAfter: fields.get(0x14)?.readUInt32BE(),
    tier: fields.get(0x15)?.toString(),
    body: Buffer.concat(body).toString(),
    frames,
    ended: last?.type === 3 ? 'end' : last?.type === 4 ? 'abort' : 'truncated',
  };
}

function openFrames(answer: Buffer, { secret, enc }: Pick<Sealed, 'secret' | 'enc'>): Frame[] {
  const salt = Buffer.concat([enc, answer.subarray(4, 36)]);
  const key = Buffer.from(hkdfSync('sha256', secret, salt, 'key', 32));
  const base = Buffer.from(hkdfSync('sha256', secret, salt, 'nonce', 12));
  const frames: Frame[] = [];
  for (let at = 36, index = 0; at + 5 <= answer.byteLength; index += 1) {
    const end = at + 5 + answer.readUInt32BE(at);
    if (end > answer.byteLength) break;
    const nonce = Buffer.from(base);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ index) >>> 0, 8);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
    decipher.setAAD(answer.subarray(at, at + 5)).setAuthTag(answer.subarray(end - 16, end));
    const plaintext = Buffer.concat([decipher.update(answer.subarray(at + 5, end - 16)), decipher.final()]);
    frames.push({ type: answer[at + 4] ?? 0, content: plaintext.subarray(4, 4 + plaintext.readUInt32BE()) });
    at = end;
  }
  return frames;
}

function readFields(head: Buffer): Map<number, Buffer> {
  const fields = new Map<number, Buffer>();
  for (let at = 0; at < head.byteLength;) {
    const length = head.readUInt16BE(at + 1);
    fields.set(head[at] ?? 0, head.subarray(at + 3, at + 3 + length));
    at += 3 + length;
  }
  return fields;
}
