/** The answer of the adapter beside a `Response` of the runtime's own, for everything that a library can do with it. */
import { describe, expect, it } from '@jest/globals';
import { jsonResponse } from '../../src/fetch/json-response.node.js';

const TEXT = '{"answer":"grün ✓"}';
const INIT = {
  status: 201,
  statusText: 'Made',
  headers: { 'content-type': 'application/json', 'x-request-id': 'a' },
};

/** The result of `use`, or the name of its error. */
async function outcome(response: Response, use: (response: Response) => unknown): Promise<unknown> {
  try {
    return await use(response);
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
}

/** Everything that was read of a stream. */
async function textOf(body: Response['body']): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of body ?? []) text += decoder.decode(piece, { stream: true });
  return text;
}

describe('the answer', () => {
  it.each<[string, (response: Response) => unknown]>([
    ['its text', (response) => response.text()],
    ['its JSON', (response) => response.json()],
    ['its bytes', async (response) => new Uint8Array(await response.arrayBuffer())],
    ['a blob', async (response) => (await response.blob()).type],
    ['no form', (response) => response.formData()],
    ['a stream', (response) => textOf(response.body)],
    ['the same stream each time', (response) => response.body === response.body],
    ['a copy', async (response) => [await response.clone().text(), await response.text()]],
    [
      'status and headers',
      ({ status, statusText, ok, type, url, headers }) => [
        status,
        statusText,
        ok,
        type,
        url,
        Object.fromEntries(headers),
      ],
    ],
    [
      'headers that are set',
      (response) => {
        response.headers.set('x', 'y');
        return response.clone().headers.get('x');
      },
    ],
    ['an unread body', ({ bodyUsed }) => bodyUsed],
    ['a read body', async (response) => [await response.text(), response.bodyUsed]],
    [
      'a locked body',
      async (response) => [response.body?.getReader().constructor.name, await response.text()],
    ],
    ['no second text', async (response) => [await response.text(), await response.text()]],
    [
      'no JSON after its text',
      async (response) => [await response.text(), (await response.json()) as unknown],
    ],
    [
      'no text after its JSON',
      async (response) => [(await response.json()) as unknown, await response.text()],
    ],
    ['a body read as JSON', async (response) => [(await response.json()) as unknown, response.bodyUsed]],
    ['no bytes after its text', async (response) => [await response.text(), await response.arrayBuffer()]],
    ['no copy after its text', async (response) => [await response.text(), response.clone()]],
    ['no text after its stream', async (response) => [await textOf(response.body), await response.text()]],
    ['a locked stream after its text', async (response) => [await response.text(), response.body?.locked]],
  ])('has %s', async (_what, use) => {
    const expected = await outcome(new Response(TEXT, INIT), use);
    expect(await outcome(jsonResponse(TEXT, INIT), use)).toEqual(expected);
    expect(await outcome(jsonResponse(JSON.parse(TEXT) as object, INIT), use)).toEqual(expected);
  });

  it('is a Response', () => {
    expect(jsonResponse(TEXT, INIT)).toBeInstanceOf(Response);
  });

  it('fails to be JSON in the same words', async () => {
    const words = (response: Response): Promise<unknown> => response.json().catch(String);
    expect(await words(jsonResponse('{', INIT))).toBe(await words(new Response('{', INIT)));
  });
});
