/** `responses`, `bad_responses` and `large`. */
import { createHash } from 'node:crypto';
import { concatBytes } from '@nomyo/base';
import { answerKeys } from '../../src/messages/answer-keys.js';
import { AnswerOpener } from '../../src/messages/answer-opener.js';
import { AnswerSealer } from '../../src/messages/answer-sealer.js';
import { CONTENT_TYPE, FRAME } from '../../src/facts.js';
import type { AnswerHead } from '../../src/messages/head.js';
import { answerSecret, type AnswerSecret } from '../../src/messages/request-sealer.js';
import { FEEDS, feed, firstDifference, outcome } from './compare.js';
import { VectorError, type Case } from './file.js';
import { frameOf, isTier } from './shared.js';

function secretOf(vector: Case): AnswerSecret {
  return answerSecret(vector.hex('response_secret'), vector.hex('enc'));
}

async function openAnswer(
  vector: Case,
  message: Uint8Array,
  step: number,
): Promise<{ head: AnswerHead; body: Uint8Array }> {
  const answer = secretOf(vector);
  const pieces: Uint8Array[] = [];
  const tier = vector.optional('tier', (name) => vector.text(name));
  if (tier !== undefined && !isTier(tier)) throw new VectorError('"tier" is none');
  try {
    const opener = new AnswerOpener({
      answer,
      tier,
      contentType: vector.has('content_type') ? vector.text('content_type') : CONTENT_TYPE.answer,
      ...(vector.has('limit') ? { limit: vector.number('limit') } : {}),
      sink: (piece) => {
        pieces.push(concatBytes(piece));
      },
    });
    await feed(message, step, (chunk) => opener.push(chunk));
    return { head: opener.end(), body: concatBytes(...pieces) };
  } finally {
    answer.dispose();
  }
}

export async function checkBadResponse(vector: Case): Promise<string | undefined> {
  for (const [name, step] of Object.entries(FEEDS)) {
    const found = await outcome(() => openAnswer(vector, vector.hex('message'), step));
    const difference = firstDifference({ expect: vector.text('expect') }, { expect: found });
    if (difference !== undefined) return `${name}: ${difference}`;
  }
  return undefined;
}

export async function checkResponse(vector: Case): Promise<string | undefined> {
  const failed = await checkBadResponse(vector);
  if (failed !== undefined || vector.text('expect') !== 'ok') return failed;
  for (const [name, step] of Object.entries(FEEDS)) {
    const { head, body } = await openAnswer(vector, vector.hex('message'), step);
    const difference = firstDifference(
      { head: vector.raw('head'), body: vector.hex('body') },
      { head: snakeCase(head), body },
    );
    if (difference !== undefined) return `${name}: ${difference}`;
  }
  return (await checkKeys(vector)) ?? (await checkSealing(vector));
}

const NAMES: Readonly<Record<string, string>> = {
  contentType: 'content_type',
  retryAfter: 'retry_after',
  processedAt: 'processed_at',
};

function snakeCase(head: AnswerHead): Record<string, unknown> {
  return Object.fromEntries(Object.entries(head).map(([name, value]) => [NAMES[name] ?? name, value]));
}

async function checkKeys(vector: Case): Promise<string | undefined> {
  const answer = secretOf(vector);
  const { key, baseNonce } = await answerKeys(answer, vector.hex('response_nonce'));
  answer.dispose();
  return firstDifference({ key: vector.hex('key'), nonce: vector.hex('nonce') }, { key, nonce: baseNonce });
}

async function checkSealing(vector: Case): Promise<string | undefined> {
  const answer = secretOf(vector);
  const sealer = await AnswerSealer.create(answer, vector.hex('response_nonce'));
  const frames = vector.list('frames').map((frame) => frameOf(frame, frame.hex('content')));
  const message = await sealer.frames(frames);
  sealer.dispose();
  answer.dispose();
  return firstDifference({ 'sealed message': vector.hex('message') }, { 'sealed message': message });
}

/** One HEAD frame, then frames of one byte over and over; the file holds the digest alone. */
export async function checkLarge(vector: Case): Promise<string | undefined> {
  const answer = secretOf(vector);
  const sealer = await AnswerSealer.create(answer, vector.hex('response_nonce'));
  const lengths = vector.values('body_lengths').map(Number);
  const body = lengths.map((length) => new Uint8Array(length).fill(vector.hex('body_byte')[0] ?? 0));
  const pieces = body.map((content, index) => ({
    type: index === body.length - 1 ? FRAME.end : FRAME.data,
    content,
    padding: 0,
  }));
  const head = { type: FRAME.head, content: vector.hex('head_content'), padding: 0 };
  const message = await sealer.frames([head, ...pieces]);
  sealer.dispose();
  answer.dispose();
  const digest = createHash('sha256').update(message).digest('hex');
  const difference = firstDifference(
    { message_length: vector.number('message_length'), message_sha256: vector.text('message_sha256') },
    { message_length: message.byteLength, message_sha256: digest },
  );
  return difference ?? (await checkOpening(vector, message, concatBytes(...body)));
}

async function checkOpening(vector: Case, message: Uint8Array, body: Uint8Array): Promise<string | undefined> {
  for (const [name, step] of Object.entries(FEEDS)) {
    const opened = await openAnswer(vector, message, step);
    const difference = firstDifference({ body }, { body: opened.body });
    if (difference !== undefined) return `${name}: ${difference}`;
  }
  return undefined;
}
