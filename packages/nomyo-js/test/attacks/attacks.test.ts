/**
 * The five attacks of a TLS terminator in front of a router that does not notice. Each succeeds against version 1, as
 * SECURITY.md says, and fails against version 2.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CONTENT_TYPE } from '@nomyo/protocol-v2';
import { cleanUp, rejection } from '../support.js';
import type { Answered } from '../terminator.js';
import { completionOf } from '../v2/model.js';
import { firstOf } from './attacker.js';
import { clientKeyOf, forge, makePair, startV1, type V1 } from './v1.js';
import { answerOfStranger, openAnswer, startV2, type V2 } from './v2.js';

afterEach(cleanUp);

describe('version 1', () => {
  let v1: V1;
  beforeEach(async () => {
    v1 = await startV1();
  });

  it('A, a swapped client key: the attacker reads the answer, and the client notices nothing', async () => {
    const pair = await makePair();
    let read = '';
    v1.attacker.attack(async (sent, passOn) => {
      const swapped = { ...sent.headers, 'x-public-key': encodeURIComponent(pair.publicKey) };
      const { body } = await passOn({ ...sent, headers: swapped });
      read = contentOf(await pair.open(body));
      return forge(clientKeyOf(sent), read);
    });
    expect(await v1.ask('a secret')).toBe('to: a secret');
    expect(read).toBe('to: a secret');
  });

  it('B, a lowered tier: the router applies another one than the client asked for', async () => {
    v1.attacker.attack((sent, passOn) =>
      passOn({ ...sent, headers: { ...sent.headers, 'x-security-tier': 'standard' } }),
    );
    expect(await v1.ask('a secret', 'maximum')).toBe('to: a secret');
    expect((await v1.router.opened()).map(({ tier }) => tier)).toEqual(['standard']);
  });

  it('C, a forged answer: the client accepts what no router has said', async () => {
    v1.attacker.attack((sent) => forge(clientKeyOf(sent), 'forged'));
    expect(await v1.ask('a question')).toBe('forged');
    expect(await v1.router.opened()).toHaveLength(0);
  });

  it('D, an old answer: the client accepts it as the answer to another question', async () => {
    let old: Answered | undefined;
    v1.attacker.attack(async (sent, passOn) => (old ??= await passOn(sent)));
    await v1.ask('the first');
    expect(await v1.ask('the second')).toBe('to: the first');
  });

  it('E, a replayed request: it runs again, and is billed again', async () => {
    await v1.ask('once');
    expect((await v1.attacker.passOn(firstOf(v1.attacker))).status).toBe(200);
    expect(await v1.router.opened()).toHaveLength(2);
  });
});

describe('version 2', () => {
  let v2: V2;
  beforeEach(async () => {
    v2 = await startV2();
  });

  it('A: there is no client key to swap, and what opens another answer does not open this one', async () => {
    const pair = await makePair();
    const own = await v2.seal('the attacker asks');
    let answered: Answered | undefined;
    v2.attacker.attack(async (sent, passOn) => {
      const headers = { ...sent.headers, 'x-public-key': encodeURIComponent(pair.publicKey) };
      return (answered = await passOn({ ...sent, headers }));
    });
    expect(await v2.ask('a secret')).toBe('standard: a secret');
    const body = answered?.body ?? Buffer.alloc(0);
    await expect(pair.open(body)).rejects.toMatchObject({ name: 'SecurityError' });
    await expect(openAnswer(own, CONTENT_TYPE.answer, body)).rejects.toMatchObject({ code: 'UNOPENABLE' });
  });

  it('A: an encapsulation of the attacker in place of the client’s opens nothing at the gateway', async () => {
    const own = await v2.seal('the attacker asks');
    v2.attacker.attack((sent, passOn) => {
      const body = Buffer.from(sent.body);
      body.set(own.message.subarray(44, 44 + 1_120), 44);
      return passOn({ ...sent, body });
    });
    expect(await rejection(v2.ask('a secret'))).toMatchObject({ code: 'UNOPENABLE' });
    expect(v2.asked('standard')).toEqual([]);
  });

  it('B: a header cannot lower the tier, and the sealed one cannot be changed', async () => {
    v2.attacker.attack((sent, passOn) =>
      passOn({ ...sent, headers: { ...sent.headers, 'x-security-tier': 'standard', tier: 'standard' } }),
    );
    expect(await v2.ask('a secret', 'maximum')).toBe('maximum: a secret');
    v2.attacker.attack((sent, passOn) => passOn({ ...sent, body: flipped(sent.body, 44 + 1_120 + 5 + 80) }));
    expect(await rejection(v2.ask('another', 'maximum'))).toMatchObject({ code: 'UNOPENABLE' });
    expect(v2.asked('standard')).toEqual([]);
  });

  it('C: an answer not made by the holder of the key does not open, sealed or in the clear', async () => {
    v2.attacker.attack(async (sent) => ({
      status: 200,
      headers: { 'content-type': CONTENT_TYPE.answer },
      body: await answerOfStranger(sent),
    }));
    expect(await rejection(v2.ask('a question'))).toMatchObject({ code: 'UNOPENABLE' });
    v2.attacker.attack(() => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(completionOf('forged')),
    }));
    expect(await rejection(v2.ask('a question'))).toMatchObject({ code: 'NOT_SEALED' });
    expect(v2.asked('standard')).toEqual([]);
  });

  it('D: an old answer does not open for another question', async () => {
    let old: Answered | undefined;
    v2.attacker.attack(async (sent, passOn) => (old ??= await passOn(sent)));
    await v2.ask('the first');
    expect(await rejection(v2.ask('the second'))).toMatchObject({ code: 'UNOPENABLE' });
  });

  it('E: a replayed request gets the same sealed bytes and runs nothing; after its window it is refused', async () => {
    const answers: Answered[] = [];
    v2.attacker.attack(async (sent, passOn) => {
      const answered = await passOn(sent);
      answers.push(answered);
      return answered;
    });
    await v2.ask('once');
    const recorded = firstOf(v2.attacker);
    const again = await v2.attacker.passOn(recorded);
    expect(again.body.equals(answers[0]?.body ?? Buffer.alloc(0))).toBe(true);
    v2.advance(241);
    const late = await v2.attacker.passOn(recorded);
    expect(JSON.parse(late.body.toString())).toEqual({ type: 'urn:nomyo:v2:clock', status: 400 });
    expect(v2.asked('standard')).toEqual(['once']);
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function contentOf(json: string): string {
  const { choices } = JSON.parse(json) as { choices: { message: { content: string } }[] };
  return choices[0]?.message.content ?? '';
}
