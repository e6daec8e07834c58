/** Key configurations (SPEC of version 2, section 4): who is trusted, for how long, and that nothing goes back. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { SecurityError } from '../../src/index.js';
import { cleanUp, rejection, REQUEST, temporaryDirectory } from '../support.js';
import { certificate, honest, startFront, withPosts, type Answered, type Meddle } from '../terminator.js';
import { WORDS } from './model.js';
import { authority, client, stage, startRouter, type Stage } from './stage.js';

afterEach(cleanUp);

/** Answers for the keys in its own way, and counts how often it is asked. */
function keys(answer: Meddle): { readonly meddle: Meddle; readonly count: () => number } {
  let count = 0;
  const meddle: Meddle = (exchange) => {
    if (exchange.request.method !== 'GET') return honest(exchange);
    count += 1;
    return answer(exchange);
  };
  return { meddle, count: () => count };
}

const fixed =
  (answer: Answered): Meddle =>
  (exchange) =>
    exchange.answer(answer);

describe('a server that does not speak version 2', () => {
  it.each([
    ['a 404', { status: 404, headers: {}, body: Buffer.from('no such page') }],
    ['a page', { status: 200, headers: { 'content-type': 'text/html' }, body: Buffer.from('<html>') }],
    ['no content type', { status: 200, headers: {}, body: Buffer.alloc(300) }],
    ['a redirect', { status: 302, headers: { location: 'https://localhost/' }, body: Buffer.alloc(0) }],
  ])('%s is a security error that names version 2, and version 1 is not tried', async (_what, answer) => {
    const { meddle, count } = keys(fixed(answer));
    const here = await stage({ meddle });
    const asking = client(here, { maxRetries: 2, maxRetryDelay: 1 });
    const error = await rejection(asking.create(REQUEST));
    expect(error).toBeInstanceOf(SecurityError);
    expect(String(error)).toContain('ersion 2');
    // Refused a moment ago, refused again: one fetch in 10 s.
    expect(String(await rejection(asking.create(REQUEST)))).toBe(String(error));
    expect(count()).toBe(1);
    expect(here.model.asked).toHaveLength(0);
  });
});

describe('trust', () => {
  it('rests on the pinned root alone', async () => {
    const here = await stage();
    const other = await authority();
    const error = await rejection(client(here, { trust: { roots: [other.pin] } }).create(REQUEST));
    expect(error).toMatchObject({ name: 'SecurityError', code: 'CONFIG_UNTRUSTED' });
  });

  it('may rest on two roots while one replaces the other', async () => {
    const here = await stage();
    const roots = [(await authority()).pin, here.authority.pin];
    await client(here, { trust: { roots } }).create(REQUEST);
  });

  it('covers one realm', async () => {
    const error = await rejection(client(await stage(), { trust: { realm: 'llm.example' } }).create(REQUEST));
    expect(error).toMatchObject({ name: 'SecurityError', code: 'CONFIG_UNTRUSTED' });
  });

  it('ends with the document, whose error mentions the clock', async () => {
    const here = await stage({ now: () => Date.now() / 1_000 - 7_200 });
    const error = await rejection(client(here).create(REQUEST));
    expect(error).toMatchObject({ name: 'NomyoError', code: 'CONFIG_EXPIRED' });
    expect(String(error)).toContain('clock');
  });
});

describe('a configuration that is older than one that was seen', () => {
  it('is refused after a restart, by what is on disk', async () => {
    const keyDir = temporaryDirectory();
    const here = await behindFront();
    await client(here, { keyDir }).create(REQUEST);
    // The next epoch, and then the signer that it revoked.
    const first = here.signer;
    await here.serve(await here.authority.revoke(first));
    await client(here, { keyDir }).create(REQUEST);
    await here.serve(first);
    const error = await rejection(client(here, { keyDir }).create(REQUEST));
    expect(error).toMatchObject({ name: 'SecurityError', code: 'CONFIG_ROLLBACK' });
  });

  it('is forgotten with the process when there is no directory', async () => {
    const here = await behindFront();
    await client(here).create(REQUEST);
    await here.serve(await here.authority.revoke(here.signer));
    await client(here).create(REQUEST);
    await here.serve(here.signer);
    await client(here).create(REQUEST);
  });
});

describe('keys that are gone', () => {
  it('are refetched once, and the call keeps its id', async () => {
    const here = await behindFront();
    const asking = client(here);
    await asking.create(REQUEST);
    // A restart destroys the keys: the gateway knows none of those that the client has.
    await here.serve(here.signer);
    const answer = await asking.create(REQUEST);
    expect(answer.choices[0]?.message.content).toBe(WORDS.join(''));
    const [, lost, resealed] = here.ids;
    expect(resealed).toBe(lost);
  });

  it('are no reason to resend when the document names no other', async () => {
    const bodies: Buffer[] = [];
    const here = await stage({
      meddle: withPosts((exchange) => {
        bodies.push(exchange.request.body);
        const body = Buffer.from('{"type":"urn:nomyo:v2:key_unknown","status":422}');
        exchange.answer({ status: 422, headers: { 'content-type': 'application/problem+json' }, body });
      }),
    });
    const error = await rejection(client(here, { maxRetries: 2, maxRetryDelay: 1 }).create(REQUEST));
    expect(error).toMatchObject({ name: 'APIError', code: 'KEY_UNKNOWN' });
    expect(bodies).toHaveLength(1);
  });
});

/** A router that can be replaced by another one at the same address. */
async function behindFront(): Promise<
  Pick<Stage, 'url' | 'ca' | 'authority'> & {
    readonly signer: string;
    /** Of the requests, in order. */
    readonly ids: readonly string[];
    readonly serve: (signer: string) => Promise<void>;
  }
> {
  const root = await authority();
  const signer = await root.signer();
  const ids: string[] = [];
  let running = await startRouter(signer);
  const url = await startFront(
    () => running.server.url,
    (exchange) => {
      const { method, body } = exchange.request;
      if (method === 'POST') ids.push(body.subarray(20, 36).toString('hex'));
      return honest(exchange);
    },
  );
  const serve = async (next: string): Promise<void> => {
    running = await startRouter(next);
  };
  return { url, ca: (await certificate()).ca, authority: root, signer, ids, serve };
}
