/** Real streams through the adapter: whole in each dialect, and broken in none of them called whole. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { createSecureFetch } from '../../src/fetch/index.js';
import { MARKERS } from '../leaks.js';
import { cleanUp, later, REQUEST } from '../support.js';
import { withPosts } from '../terminator.js';
import { DONE, eventOf, type Script } from './model.js';
import { configFor, stage } from './stage.js';

afterEach(cleanUp);

const ENDS = /\[DONE\]|response\.completed|message_stop/;

const DIALECTS = [
  ['/v1/chat/completions', { ...REQUEST, stream: true }],
  ['/v1/responses', { model: REQUEST.model, input: MARKERS.prompt, stream: true }],
  ['/v1/messages', { ...REQUEST, max_tokens: 5, stream: true }],
] as const;

/** The events that a reader gets, and what the body ends with. */
async function read(
  here: Awaited<ReturnType<typeof stage>>,
  path: string,
  body: object,
): Promise<{ text: string; error: unknown; failures: unknown[]; headers: Headers }> {
  const failures: unknown[] = [];
  const secureFetch = createSecureFetch({
    ...configFor(here),
    onError: (error) => void failures.push(error),
  });
  later(() => secureFetch.close());
  const response = await secureFetch(path, { method: 'POST', body: JSON.stringify(body) });
  const decoder = new TextDecoder();
  let text = '';
  const reading = async (): Promise<void> => {
    for await (const piece of response.body ?? []) text += decoder.decode(piece, { stream: true });
  };
  const error = await reading().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { text, error, failures, headers: response.headers };
}

const writing =
  (...events: string[]): Script =>
  (_asked, response) => {
    response.setHeader('content-type', 'text/event-stream');
    response.end(events.join(''));
  };

describe.each(DIALECTS)('%s', (path, body) => {
  it('streams words as they come', async () => {
    const here = await stage({ script: writing(eventOf('One '), eventOf('two'), eventOf('', 'stop'), DONE) });
    const { text, error, failures, headers } = await read(here, path, body);
    expect([error, failures]).toEqual([undefined, []]);
    expect(headers.has('x-nomyo-stream')).toBe(false);
    expect(text).toMatch(ENDS);
    expect(text).toContain('One ');
  });

  it.each<[string, Script, string]>([
    ['ends in the middle', writing(eventOf('One ')), 'API_ERROR'],
    ['has nothing', writing(''), 'API_ERROR'],
    ['ends in an event', writing(eventOf('One '), eventOf('two', 'stop').slice(0, -20)), 'API_ERROR'],
    ['says an error', writing(eventOf('One '), 'data: {"error":{"message":"overloaded"}}\n\n'), 'API_ERROR'],
    ['is no JSON', writing(eventOf('One '), `data: ${MARKERS.answer}\n\n`, DONE), 'INVALID_PLAINTEXT'],
    ['has events that are no chunks', writing('data: {"choices":5}\n\n', DONE), 'INVALID_PLAINTEXT'],
  ])('that %s is an error, and never looks whole', async (_name, script, code) => {
    const { text, error, failures } = await read(await stage({ script }), path, body);
    expect(text).not.toMatch(ENDS);
    expect(text).toContain(code);
    expect(text).not.toContain(MARKERS.answer);
    expect(error).toMatchObject({ code });
    expect(failures).toEqual([error]);
  });

  it('that is cut on the wire is an error, and never looks whole', async () => {
    const meddle = withPosts(async (exchange) => {
      const answered = await exchange.pass();
      exchange.answer({ ...answered, body: answered.body.subarray(0, answered.body.length - 1) });
    });
    const { text, error } = await read(await stage({ meddle }), path, body);
    expect(text).not.toMatch(ENDS);
    expect(error).toMatchObject({ code: 'TRUNCATED' });
  });
});
