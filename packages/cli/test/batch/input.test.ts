import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_JSON_DEPTH, serializeJson } from '@nomyo/crypto';
import { checkInput } from '../../src/batch/input/check.js';
import { IdTable } from '../../src/batch/input/id-table.js';
import { readInput } from '../../src/batch/input/read-input.js';
import { parseRequest } from '../../src/batch/input/request.js';
import { splitLines } from '../../src/batch/input/split-lines.js';
import { request, requests, writeLines } from './files.js';

const folder = mkdtempSync(join(tmpdir(), 'nomyo-batch-'));
const file = join(folder, 'in.jsonl');
afterAll(() => rmSync(folder, { recursive: true }));

const { signal } = new AbortController();
const check = (defaultModel?: string) => checkInput(file, { defaultModel, signal });

/** As no JSON.stringify writes it. */
const endless = (number: string) => JSON.stringify(request('b', 'x', { seed: '?' })).replace('"?"', number);

describe('the check of an input', () => {
  it.each([
    ['broken JSON', [request('a', 'x'), '{"custom_id": "b",'], 2, 'JSON'],
    ['no object', [request('a', 'x'), '[]'], 2, 'JSON object'],
    ['a duplicate', [request('a', 'x'), request('b', 'x'), request('a', 'y')], 3, 'line 1'],
    [
      'a duplicate in another form',
      [request('a', 'x'), '', '{"custom_id":"\\u0061"'.concat('}')],
      3,
      'method',
    ],
    ['a wrong url', [{ ...request('a', 'x'), url: '/v1/embeddings' }], 1, '/v1/chat/completions'],
    ['a url elsewhere', [{ ...request('a', 'x'), url: 'https://example.org/v1/responses' }], 1, 'url'],
    ['a wrong method', [{ ...request('a', 'x'), method: 'GET' }], 1, 'POST'],
    ['no id', [{ ...request('a', 'x'), custom_id: undefined }], 1, 'custom_id'],
    ['a number as id', [{ ...request('a', 'x'), custom_id: 7 }], 1, 'custom_id'],
    ['an empty id', [request('', 'x')], 1, 'custom_id'],
    ['no body', [{ ...request('a', 'x'), body: null }], 1, 'body'],
    ['no model', [request('a', 'x', { model: undefined })], 1, '--model'],
    ['no messages', [request('a', 'x', { messages: [] })], 1, 'messages'],
    ['no input', [{ ...request('a', 'x'), url: '/v1/responses' }], 1, 'body.input'],
    ['a stream', [request('a', 'x', { stream: true })], 1, 'stream'],
    ['blank lines before', ['', '  ', '{}'], 3, 'custom_id'],
    ['nothing', [''], 1, 'no request'],
    ['a number that is too large', [request('a', 'x'), endless('1e400')], 2, '1e400'],
    ['a number of too many digits', [endless(`[{"x":-${'9'.repeat(400)}}]`)], 1, 'too large'],
    [
      'a list in a list in a list',
      [request('a', 'x'), endless(`${'['.repeat(50_000)}1${']'.repeat(50_000)}`)],
      2,
      '500 levels',
    ],
    ['a long line', [request('a', 'x'), request('b', 'x'.repeat(10_500_000))], 2, '10 MiB'],
  ])('%s is named by its line', async (_name, lines, number, says) => {
    writeLines(file, lines);
    const refused = check();
    await expect(refused).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(new RegExp(`line ${number}\\b`, 'u')),
    });
    await expect(refused).rejects.toThrow(says);
  });

  it('never quotes a line', async () => {
    writeLines(file, ['{"custom_id":"MARKED-prompt-8c1f4be07d" broken']);
    await expect(check()).rejects.not.toThrow('MARKED');
  });

  it('accepts a byte order mark, carriage returns, blank lines and an unterminated last line', async () => {
    const [first, second] = requests(2).map((line) => JSON.stringify(line));
    writeFileSync(file, `\uFEFF${first ?? ''}\r\n\r\n  \n${second ?? ''}`);
    expect((await check()).count).toBe(2);
  });

  it('refuses text that is not UTF-8, and names its line', async () => {
    const bad = Buffer.from([...Buffer.from(`${JSON.stringify(request('a', 'x'))}\n{"`), 0xff, 0x0a]);
    writeFileSync(file, bad);
    await expect(check()).rejects.toThrow('line 2');
  });

  it('takes the model from --model where a line names none', async () => {
    writeLines(file, [
      request('a', 'x', { model: undefined }),
      request('b', 'x'),
      request('c', 'x', { model: null }),
    ]);
    const models: unknown[] = [];
    for await (const { text } of readInput(file)) models.push(parseRequest(text, 'other').body['model']);
    expect(models).toEqual(['other', 'm', 'other']);
    expect((await check('other')).takesModel).toBe(true);
    writeLines(file, requests(2));
    expect((await check('other')).takesModel).toBe(false);
  });

  it('accepts large numbers, and text that looks like a number that is too large', async () => {
    writeLines(file, [endless('1.7e308'), request('a', `1e400 ${'9'.repeat(400)}`)]);
    expect((await check()).count).toBe(2);
  });

  it('accepts many members on few levels, and as many levels as can be sealed', async () => {
    writeLines(file, [endless(`[${'1,[],'.repeat(100_000)}{}]`), request('a', 'x')]);
    expect((await check()).count).toBe(2);
    const nested = (lists: number): string => endless(`${'['.repeat(lists)}1${']'.repeat(lists)}`);
    const seal = (line: string): void => serializeJson(parseRequest(line, undefined).body).dispose();
    // The body is a level too.
    writeLines(file, [nested(MAX_JSON_DEPTH - 1)]);
    expect((await check()).count).toBe(1);
    seal(nested(MAX_JSON_DEPTH - 1));
    writeLines(file, [nested(MAX_JSON_DEPTH)]);
    await expect(check()).rejects.toThrow('500 levels');
    expect(() => seal(nested(MAX_JSON_DEPTH))).toThrow('500 levels');
  });

  it('takes the last of two members with one name, as JSON.parse does', async () => {
    writeLines(file, ['{"custom_id":7,"body":null,'.concat(JSON.stringify(request('a', 'x')).slice(1))]);
    expect((await check()).count).toBe(1);
  });

  it('notices a line that changed after the check', async () => {
    writeLines(file, requests(3));
    const checked = await check();
    writeLines(file, [...requests(2), request('r2', 'something else')]);
    const same: boolean[] = [];
    for await (const line of readInput(file)) same.push(checked.isSame(line));
    expect(same).toEqual([true, true, false]);
  });

  it('refuses anything but a file', async () => {
    await expect(checkInput(folder, { defaultModel: undefined, signal })).rejects.toThrow('must be a file');
    await expect(checkInput(join(folder, 'no'), { defaultModel: undefined, signal })).rejects.toThrow(
      'ENOENT',
    );
  });
});

describe('the table of ids', () => {
  it('knows every id among 100,000, and no other', () => {
    const table = new IdTable();
    const count = 100_000;
    for (let index = 0; index < count; index += 1) expect(table.add(`id-${index}`, index)).toBeUndefined();
    for (let index = 0; index < count; index += 997) {
      expect(table.find(`id-${index}`)).toBe(index);
      expect(table.add(`id-${index}`, 0)).toBe(index);
      expect(table.find(`no-${index}`)).toBeUndefined();
    }
  });
});

describe('lines of bytes', () => {
  const text = '\n\nabc\n\u00e4\u20ac\n\nlast';
  const bytes = new TextEncoder().encode(text);
  async function* pieces(size: number) {
    for (let at = 0; at < bytes.length; at += size) yield Promise.resolve(bytes.subarray(at, at + size));
  }

  it.each([1, 2, 3, 5, 100])('are the same in pieces of %d bytes', async (size) => {
    const lines: unknown[] = [];
    for await (const { offset, bytes: line, isWhole } of splitLines(pieces(size))) {
      expect(Buffer.from(bytes.subarray(offset, offset + line.length)).equals(line)).toBe(true);
      lines.push([new TextDecoder().decode(line), isWhole]);
    }
    const whole = text.split('\n').map((line, index, all) => [line, index < all.length - 1]);
    expect(lines).toEqual(whole);
  });

  it('are cut off one byte after the limit', async () => {
    const lengths: number[] = [];
    for await (const { bytes: line } of splitLines(pieces(2), 2)) lengths.push(line.length);
    expect(lengths).toEqual([0, 0, 3, 3, 0, 3]);
  });
});
