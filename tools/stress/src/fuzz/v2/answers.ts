/** Answers at a client: opened to exactly what was sealed, or refused with a class of SPEC 8.3. */
import { createCipheriv, hkdfSync } from 'node:crypto';
import {
  AnswerOpener,
  generateKemKey,
  RequestOpener,
  sealRequest,
  type OpenedRequest,
  type SealedRequest,
} from '@nomyo/protocol-v2';
import type { Random } from '../../common/random.js';
import { mutate, splice } from '../mutate.js';
import { expect, judge, type Attack, type Target } from '../target.js';
import { craft, type SealFrame } from './frames.js';
import { inPieces } from './pieces.js';

const NOW = 1_800_000_000;
const TYPE = 'application/nomyo-v2-response';

const REFUSALS = [
  'MALFORMED',
  'TRUNCATED',
  'UNOPENABLE',
  'NOT_SEALED',
  'TIER_MISMATCH',
  'ABORTED',
  'TOO_LARGE',
] as const;

interface Recorded {
  readonly message: Buffer;
  /** `undefined`: it ends with ABORT. */
  readonly body: Buffer | undefined;
}

export const answerTarget: Target = {
  name: 'v2 answer',
  weight: 35,
  runtimes: ['node', 'browser'],
  prepare: async (random) => {
    const key = await generateKemKey({ suite: 2, activeFrom: NOW - 60, activeUntil: NOW + 3_540 });
    const head = { method: 'POST', path: '/v1/chat/completions', tier: 'high' } as const;
    const request = await sealRequest({ key, head, now: NOW });
    const opener = new RequestOpener({
      ...{ pathKeyId: key.keyId, keys: { find: () => key }, now: () => NOW },
      sink: () => undefined,
    });
    await opener.push(request.message);
    const opened = await opener.end();
    const recorded = [
      await whole(opened, random),
      await stream(opened, random),
      await broken(opened, random),
    ];
    opened.dispose();
    key.dispose();
    return new AnswerAttack(request, recorded);
  },
};

const HEAD = { status: 200, contentType: 'application/json', tier: 'high', processedAt: NOW } as const;

async function whole(opened: OpenedRequest, random: Random): Promise<Recorded> {
  const body = random.bytes(700);
  return { message: Buffer.from(await (await opened.answer()).whole(HEAD, body)), body };
}

async function stream(opened: OpenedRequest, random: Random): Promise<Recorded> {
  const sealer = await opened.answer();
  const pieces = [0, 30, 300, 4_000].map((length) => random.bytes(length));
  const sealed = [await sealer.head(HEAD)];
  for (const piece of pieces) sealed.push(await sealer.data(piece));
  sealed.push(await sealer.end());
  return { message: Buffer.concat(sealed), body: Buffer.concat(pieces) };
}

async function broken(opened: OpenedRequest, random: Random): Promise<Recorded> {
  const sealer = await opened.answer();
  const sealed = [await sealer.head(HEAD), await sealer.data(random.bytes(30))];
  sealed.push(await sealer.abort({ status: 502, code: 'upstream_broken', tier: 'high' }));
  return { message: Buffer.concat(sealed), body: undefined };
}

class AnswerAttack implements Attack {
  readonly #request: SealedRequest;
  readonly #recorded: readonly Recorded[];

  constructor(request: SealedRequest, recorded: readonly Recorded[]) {
    this.#request = request;
    this.#recorded = recorded;
  }

  async attempt(random: Random): Promise<string> {
    return random.oneIn(2) ? this.#attemptCrafted(random) : this.#attemptMutated(random);
  }

  close(): Promise<void> {
    this.#request.answer.dispose();
    return Promise.resolve();
  }

  async #attemptMutated(random: Random): Promise<string> {
    const { message } = random.pick(this.#recorded);
    const changed = random.oneIn(8)
      ? splice(message, random.pick(this.#recorded).message, random)
      : mutate(message, random);
    const found = await this.#open(changed, random);
    if (typeof found === 'string') return found;
    const isSealed = this.#recorded.some(
      (known) => known.message.equals(changed) && known.body?.equals(found) === true,
    );
    expect(isSealed, 'what opens is what was sealed');
    return 'opened unchanged';
  }

  /** Sealed with the right key, by code of its own: what a gateway that went mad would send. */
  async #attemptCrafted(random: Random): Promise<string> {
    const nonce = random.bytes(32);
    const head = Buffer.from('\u0011\0\u0002\0\u00c8\u0015\0\u0004high', 'latin1');
    const crafted = await craft(this.#sealer(nonce), head, random, 'answer');
    const message = Buffer.concat([Buffer.from('NYR2'), nonce, crafted.bytes]);
    const found = await this.#open(message, random);
    const outcome = typeof found === 'string' ? found : 'ok';
    expect(crafted.allowed.includes(outcome), `${outcome}, where ${crafted.allowed.join(' or ')} was due`);
    if (typeof found !== 'string') expect(found.equals(crafted.body), 'what opens is what was sealed');
    return outcome === 'ok' ? 'opened' : outcome;
  }

  /** SPEC 8.2, by `node:crypto` alone. */
  #sealer(nonce: Buffer): SealFrame {
    const { secret, enc } = this.#request.answer;
    const salt = Buffer.concat([enc, nonce]);
    const derive = (label: string, length: number): Buffer =>
      Buffer.from(secret.borrow((ikm) => hkdfSync('sha256', ikm, salt, label, length)));
    const [key, base] = [derive('key', 32), derive('nonce', 12)];
    let index = 0;
    return (plaintext, header) => {
      const iv = Buffer.from(base);
      iv.writeUInt32BE((iv.readUInt32BE(8) ^ index) >>> 0, 8);
      index += 1;
      const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
      cipher.setAAD(header);
      return Promise.resolve(Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]));
    };
  }

  /** The body, or the code; the same however the bytes come. */
  async #open(message: Buffer, random: Random): Promise<Buffer | string> {
    const feeds = random.oneIn(3) ? [inPieces(message, random), [message]] : [inPieces(message, random)];
    const found: (Buffer | string)[] = [];
    for (const pieces of feeds) {
      const result = await judge(() => this.#opened(pieces), REFUSALS);
      found.push('code' in result ? result.code : result.value);
    }
    const [first = '', second = first] = found;
    expect(String(first) === String(second), `it depends on the pieces: ${String(first)}, ${String(second)}`);
    return first;
  }

  async #opened(pieces: readonly Uint8Array[]): Promise<Buffer> {
    const body: Buffer[] = [];
    const opener = new AnswerOpener({
      ...{ answer: this.#request.answer, tier: 'high', contentType: TYPE, limit: 32_768 },
      sink: (content) => void body.push(Buffer.from(content)),
    });
    try {
      for (const piece of pieces) await opener.push(piece);
      opener.end();
    } finally {
      opener.dispose();
    }
    return Buffer.concat(body);
  }
}
