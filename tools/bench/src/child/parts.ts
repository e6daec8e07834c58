/** What each part of a call of 1 KB costs, one after the other, with nothing else running. In ms. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { importPublicKey, Unwrapper, wrapKey } from '../clients/reference/keys.js';
import { answerJson, requestOf } from '../payloads.js';
import { median } from '../stats.js';

/** The parts that a hand-written client has too. */
export interface PartTimes {
  readonly unwrap: number;
  readonly wrap: number;
  readonly aes: number;
  readonly json: number;
  readonly base64: number;
}

const BYTES = 1024;

/** Medians over batches. */
export async function measureParts(keyDir: string): Promise<PartTimes> {
  const recipient = await importPublicKey(readFileSync(join(keyDir, 'public_key.pem'), 'utf8'));
  const keys = await Unwrapper.fromPem(readFileSync(join(keyDir, 'private_key.pem')), 1);
  const aesKey = randomBytes(32);
  const wrapped = new Uint8Array(await wrapKey(recipient, aesKey));
  return {
    unwrap: await timeOf(() => keys.unwrap(wrapped), 5),
    wrap: await timeOf(() => wrapKey(recipient, aesKey), 20),
    aes: await timeOf(() => sealAndOpen(aesKey), 200),
    json: await timeOf(writeAndRead, 500),
    base64: await timeOf(encodeAndDecode, 500),
  };
}

async function timeOf(part: () => unknown, times: number): Promise<number> {
  const ROUNDS = 15;
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    for (let i = 0; i < times; i += 1) {
      const result = part();
      if (result instanceof Promise) await result;
    }
    samples.push((performance.now() - started) / times);
  }
  return median(samples);
}

const CIPHER = 'aes-256-gcm';
const GCM = { authTagLength: 16 } as const;
const plaintext = Buffer.from(JSON.stringify(requestOf(BYTES)));

function sealAndOpen(key: Buffer): void {
  const nonce = randomBytes(12);
  const cipher = createCipheriv(CIPHER, key, nonce, GCM);
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  const decipher = createDecipheriv(CIPHER, key, nonce, GCM).setAuthTag(cipher.getAuthTag());
  decipher.update(ciphertext);
  decipher.final();
}

const request = requestOf(BYTES);
const answer = Buffer.from(answerJson(BYTES));

function writeAndRead(): void {
  Buffer.from(JSON.stringify(request));
  JSON.parse(answer.toString());
}

/** Ciphertext and wrapped key, there and back. */
const binary = randomBytes(BYTES + 512);

function encodeAndDecode(): void {
  Buffer.from(binary.toString('base64'), 'base64');
}
