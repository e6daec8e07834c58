/** What is sent again and what never is (SPEC of version 2, section 9) when a TLS terminator decides what arrives. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { SecurityError } from '../../src/index.js';
import { shownOf } from '../leaks.js';
import { cleanUp, rejection, REQUEST } from '../support.js';
import { clear, honest, withPosts, type Exchange, type Meddle } from '../terminator.js';
import { completionOf, WORDS } from './model.js';
import { client, configFor, stage } from './stage.js';

afterEach(cleanUp);

/** Delays between attempts do not matter in these tests. */
const FAST = { maxRetries: 2, maxRetryDelay: 1 } as const;

/** Handles each POST by the next of these steps, and passes on any further ones; records their bodies. */
function inTurn(...steps: Meddle[]): { readonly meddle: Meddle; readonly bodies: Buffer[] } {
  const bodies: Buffer[] = [];
  const meddle = withPosts((exchange) => {
    bodies.push(exchange.request.body);
    return (steps[bodies.length - 1] ?? honest)(exchange);
  });
  return { meddle, bodies };
}

const cutBefore: Meddle = (exchange) => exchange.cut();
const cutAfter: Meddle = async (exchange) => {
  await exchange.pass();
  exchange.cut();
};
const says =
  (status: number, code: string): Meddle =>
  (exchange) =>
    exchange.answer(clear(status, code));

/** The first `bytes` of the answer, and the end of the message as if that were all. */
const cutAt =
  (bytes: number): Meddle =>
  async (exchange) => {
    const { status, headers, body } = await exchange.pass();
    exchange.answer({ status, headers, body: body.subarray(0, bytes) });
  };

describe('the identical bytes', () => {
  it.each([
    ['a connection that breaks before the request arrives', cutBefore],
    ['a connection that breaks before the answer arrives', cutAfter],
    ['an answer that ends early', cutAt(100)],
    ['an answer without a byte', cutAt(0)],
    ['a request that arrived short', says(400, 'truncated')],
    ['a busy gateway', says(429, 'busy')],
    ['a gateway that is away', says(503, 'unavailable')],
    [
      'a proxy that says 502',
      (exchange: Exchange) => exchange.answer({ status: 502, headers: {}, body: Buffer.from('<html>') }),
    ],
    [
      'a proxy that says 504',
      (exchange: Exchange) => exchange.answer({ status: 504, headers: {}, body: Buffer.alloc(0) }),
    ],
  ])('are sent again after %s', async (_what, step) => {
    const { meddle, bodies } = inTurn(step);
    const here = await stage({ meddle });
    const answer = await client(here, FAST).create(REQUEST);
    expect(answer.choices[0]?.message.content).toBe(WORDS.join(''));
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toEqual(bodies[0]);
    expect(here.model.asked).toHaveLength(1);
  });

  it("are also resent under retry: 'safe', since nothing runs twice", async () => {
    const { meddle } = inTurn(cutAfter);
    const here = await stage({ meddle });
    await client(here, { ...FAST, retry: 'safe' }).create(REQUEST);
    expect(here.model.asked).toHaveLength(1);
  });

  it('are resent no more often than maxRetries', async () => {
    const { meddle, bodies } = inTurn(cutAfter, cutAfter, cutAfter, cutAfter);
    const here = await stage({ meddle });
    const error = await rejection(client(here, FAST).create(REQUEST));
    expect(error).toMatchObject({ name: 'APIConnectionError', possiblyExecuted: true });
    expect(bodies).toHaveLength(3);
    expect(here.model.asked).toHaveLength(1);
  });

  it("are sent once with retry: 'none'", async () => {
    const { meddle, bodies } = inTurn(cutAfter);
    const here = await stage({ meddle });
    expect(await rejection(client(here, { ...FAST, retry: 'none' }).create(REQUEST))).toMatchObject({
      possiblyExecuted: true,
    });
    expect(bodies).toHaveLength(1);
  });

  it('get the same stream again if none of the first was handed over', async () => {
    const { meddle } = inTurn(cutAfter);
    const here = await stage({ meddle });
    const words: string[] = [];
    for await (const chunk of await client(here, FAST).create({ ...REQUEST, stream: true })) {
      words.push(chunk.choices[0]?.delta.content ?? '');
    }
    expect(words.join('')).toBe(WORDS.join(''));
    expect(here.model.asked).toHaveLength(1);
  });
});

describe('a request whose outcome is unknown', () => {
  it('is reported as such when the gateway no longer has its answer', async () => {
    const { meddle } = inTurn(cutAfter, says(409, 'replayed'));
    const error = await rejection(client(await stage({ meddle }), FAST).create(REQUEST));
    expect(error).toMatchObject({ name: 'APIError', code: 'REPLAYED', status: 409, possiblyExecuted: true });
  });

  it('is not sealed again, whatever is said about the key', async () => {
    const { meddle, bodies } = inTurn(cutAfter, says(422, 'key_unknown'));
    const here = await stage({ meddle });
    const error = await rejection(client(here, FAST).create(REQUEST));
    expect(error).toMatchObject({ code: 'KEY_UNKNOWN', possiblyExecuted: true });
    expect(bodies).toHaveLength(2);
    expect(here.model.asked).toHaveLength(1);
  });
});

describe('a clear error', () => {
  it.each([
    [400, 'malformed', 'InvalidRequestError', false],
    [400, 'unopenable', 'InvalidRequestError', false],
    [400, 'clock', 'InvalidRequestError', false],
    [409, 'replayed', 'APIError', true],
    [413, 'too_large', 'APIError', false],
    [422, 'key_expired', 'APIError', false],
  ])('%d %s has the class of its status, and is the last', async (status, code, name, possiblyExecuted) => {
    const { meddle, bodies } = inTurn(says(status, code));
    const error = await rejection(client(await stage({ meddle }), FAST).create(REQUEST));
    expect(error).toMatchObject({ name, status, code: code.toUpperCase(), possiblyExecuted });
    expect(bodies).toHaveLength(1);
  });

  it.each([
    [
      'of another status than the table says',
      { ...clear(400, 'busy'), status: 403 },
      'ForbiddenError',
      'FORBIDDEN',
    ],
    ['of no code that there is', clear(400, 'whatever'), 'InvalidRequestError', 'INVALID_REQUEST'],
    [
      'of another type',
      { ...clear(400, 'clock'), headers: { 'content-type': 'text/html' } },
      'InvalidRequestError',
      'INVALID_REQUEST',
    ],
  ])('%s counts by its status alone', async (_what, answer, name, code) => {
    const { meddle } = inTurn((exchange) => exchange.answer(answer));
    const error = await rejection(client(await stage({ meddle })).create(REQUEST));
    expect(error).toMatchObject({ name, code });
  });

  it('is not quoted', async () => {
    const body = Buffer.from('{"type":"about:blank","detail":"call +1 555 0100"}');
    const { meddle } = inTurn((exchange) =>
      exchange.answer({
        status: 400,
        headers: { 'content-type': 'application/problem+json', 'x-note': '0100' },
        body,
      }),
    );
    const error = await rejection(client(await stage({ meddle })).create(REQUEST));
    expect(shownOf(error)).not.toContain('0100');
  });
});

describe('a sealed error', () => {
  it('of a busy upstream leads to another request, with another id', async () => {
    let asked = 0;
    const { meddle, bodies } = inTurn();
    const here = await stage({
      meddle,
      script: (_asked, response) => {
        asked += 1;
        response.statusCode = asked === 1 ? 429 : 200;
        response.setHeader('content-type', 'application/json');
        response.end(asked === 1 ? '{"error":{"message":"too many requests"}}' : completionOf('Hello'));
      },
    });
    const answer = await client(here, FAST).create(REQUEST);
    expect(answer.choices[0]?.message.content).toBe('Hello');
    const ids = bodies.map((body) => body.subarray(20, 36).toString('hex'));
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('an answer that is not what was asked for', () => {
  const tampered: readonly (readonly [string, string, (body: Buffer) => Buffer])[] = [
    ['a flipped tag', 'UNOPENABLE', (body) => flipped(body, body.length - 1)],
    ['a flipped nonce', 'UNOPENABLE', (body) => flipped(body, 4)],
    ['another magic', 'MALFORMED', (body) => flipped(body, 0)],
    ['a frame of another type', 'UNOPENABLE', (body) => withType(body, 1, 2)],
    ['bytes behind END', 'MALFORMED', (body) => Buffer.concat([body, Buffer.from('x')])],
  ];

  it.each(tampered)('%s is refused, and never requested again', async (_what, code, change) => {
    const { meddle, bodies } = inTurn(async (exchange) => {
      const answer = await exchange.pass();
      exchange.answer({ ...answer, body: change(answer.body) });
    });
    const error = await rejection(client(await stage({ meddle }), FAST).create(REQUEST));
    expect(error).toBeInstanceOf(SecurityError);
    expect(error).toMatchObject({ code, possiblyExecuted: true });
    expect(bodies).toHaveLength(1);
  });

  it.each([
    ['plain JSON', 'application/json', completionOf('forged')],
    ['a page', 'text/html', '<html>'],
    ['an event stream', 'text/event-stream', 'data: [DONE]\n\n'],
    ['nothing', 'text/plain', ''],
  ])('%s with status 200 is not an answer', async (_what, type, body) => {
    const { meddle } = inTurn((exchange) =>
      exchange.answer({ status: 200, headers: { 'content-type': type }, body: Buffer.from(body) }),
    );
    const error = await rejection(client(await stage({ meddle }), FAST).create(REQUEST));
    expect(error).toBeInstanceOf(SecurityError);
    expect(error).toMatchObject({ code: 'NOT_SEALED' });
  });

  it('the answer to another question does not open', async () => {
    let first: Awaited<ReturnType<Exchange['pass']>> | undefined;
    const { meddle } = inTurn(
      async (exchange) => {
        first = await exchange.pass();
        exchange.answer(first);
      },
      (exchange) => {
        if (first !== undefined) exchange.answer(first);
      },
    );
    const asking = client(await stage({ meddle }), FAST);
    await asking.create(REQUEST);
    expect(await rejection(asking.create(REQUEST))).toMatchObject({ code: 'UNOPENABLE' });
  });

  it('a redirect is not followed', async () => {
    const { meddle } = inTurn((exchange) =>
      exchange.answer({
        status: 307,
        headers: { location: configFor(here).baseUrl ?? '' },
        body: Buffer.alloc(0),
      }),
    );
    const here = await stage({ meddle });
    expect(await rejection(client(here, FAST).create(REQUEST))).toMatchObject({ code: 'REDIRECT_REFUSED' });
  });
});

describe('a recorded request', () => {
  it('runs nothing when it is replayed', async () => {
    const here = await stage({
      meddle: withPosts(async (exchange) => {
        const answer = await exchange.pass();
        const again = await exchange.pass();
        // The kept answer: sealed to who asked first, and so of no use to who plays it.
        expect(again.body).toEqual(answer.body);
        exchange.answer(answer);
      }),
    });
    await client(here).create(REQUEST);
    expect(here.model.asked).toHaveLength(1);
  });
});

function flipped(body: Buffer, at: number): Buffer {
  const changed = Buffer.from(body);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

/** TYPE of the frame with this number. */
function withType(body: Buffer, frame: number, type: number): Buffer {
  const changed = Buffer.from(body);
  let at = 36;
  for (let i = 0; i < frame; i += 1) at += 5 + changed.readUInt32BE(at);
  changed[at + 4] = type;
  return changed;
}
