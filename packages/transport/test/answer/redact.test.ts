import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redactor } from '../../src/answer/redact.js';
import { errorOfResponse } from '../../src/answer/status.js';
import { connectionError } from '../../src/errors/connection-error.js';

const KEY = 'sk-ab+cd/ef=gh_12.34~x';
const redact = redactor([KEY]);
const unicode = (text: string): string =>
  Array.from(text, (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0').toUpperCase()}`).join(
    '',
  );
const percent = (text: string): string =>
  Array.from(text, (c) => `%${(c.codePointAt(0) ?? 0).toString(16)}`).join('');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A piece of the key that is long enough to be recognised. */
const hasPiece = (text: string): boolean => text.includes('ab+cd') || text.includes('gh_12.34');

describe('redactor', () => {
  it.each([
    ['as it is', `a ${KEY} b`],
    ['after a scheme', `Bearer ${KEY}`],
    ['with an escaped slash', KEY.replace('/', '\\/')],
    ['with a slash that is escaped twice', KEY.replace('/', '\\\\\\/')],
    ['with one Unicode escape', KEY.replace('+', '\\u002B')],
    ['with one Unicode escape in JSON within JSON', KEY.replace('+', '\\\\u002b')],
    ['in Unicode escapes', unicode(KEY)],
    ['in hexadecimal escapes', KEY.replace('+', '\\x2b')],
    ['percent-encoded by encodeURIComponent', encodeURIComponent(KEY)],
    ['percent-encoded twice', encodeURIComponent(encodeURIComponent(KEY))],
    ['percent-encoded in each character', percent(KEY)],
    ['in HTML', KEY.replace('+', '&#43;').replace('/', '&#x2F;').replace('=', '&equals;')],
  ])('finds the key %s', (_, text) => {
    expect(redact(`before ${text} after`)).toMatch(/^before (a |Bearer )?\[API key\]( b)? after$/);
  });

  it.each([
    ['base64', base64(KEY)],
    ['base64 of a header', base64(`Bearer ${KEY}`)],
    ['base64 of user and password', base64(`u:${KEY}`)],
    ['base64 within more', base64(`{"k":"${KEY}","z":1}`)],
    ['base64url', Buffer.from(`x${KEY}`).toString('base64url')],
    ['hexadecimal', Buffer.from(KEY).toString('hex').toUpperCase()],
  ])('finds the key in %s', (_, text) => {
    const left = redact(text);
    expect(left).toContain('[API key]');
    const decoded = [
      Buffer.from(left, 'base64').toString('latin1'),
      Buffer.from(left, 'hex').toString('latin1'),
    ];
    expect([left, ...decoded].some(hasPiece)).toBe(false);
  });

  it('leaves everything else, and lookalikes, alone', () => {
    expect(redact('sk-ab is no key')).toBe('sk-ab is no key');
    expect(redactor(['', 'short'])('short')).toBe('short');
  });

  it('finds any key wherever it stands', () => {
    const key = fc.stringMatching(/^[!-~]{8,60}$/);
    fc.assert(
      fc.property(key, fc.string(), fc.string(), (secret, before, after) => {
        for (const text of [secret, JSON.stringify(secret), encodeURIComponent(secret), base64(secret)]) {
          expect(redactor([secret])(`${before}${text}${after}`)).toContain('[API key]');
        }
      }),
    );
  });

  it('is fast on hostile text', () => {
    const started = performance.now();
    for (const piece of ['\\', '%', '%25', '&#0', '\\u0', 's', 'sk-ab+']) redact(piece.repeat(60_000));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('an error', () => {
  const secrets = [KEY];
  it.each([
    ['an escaped slash', `{"detail":"no key ${KEY.replace('/', '\\/')}"}`],
    ['a Unicode escape', `{"detail":"no key ${KEY.replace('+', '\\u002B')}"}`],
    ['JSON within JSON', JSON.stringify({ detail: JSON.stringify({ key: unicode(KEY) }) })],
    ['the name of a member', JSON.stringify({ detail: { [KEY]: 1 } })],
    ['base64', JSON.stringify({ detail: base64(`Bearer ${KEY}`) })],
    ['text that is cut', `${'x '.repeat(290 / 2)}${KEY}`],
    ['a long text', `${'x'.repeat(2040)}${KEY}`],
  ])('never shows it where the router repeats it as %s', (_, body) => {
    const response = {
      status: 400,
      headers: { 'x-echo': percent(KEY) },
      body: new TextEncoder().encode(body),
    };
    const error = errorOfResponse(response, { secrets });
    const text = JSON.stringify([error.message, error.errorDetails, error.headers]);
    expect(text).not.toMatch(/sk-ab|gh_12|%2b|c2stYW/i);
  });

  it('of a fetch never shows it, nor do its causes', () => {
    const cause = new Error(`headers: { authorization: 'Bearer ${KEY}' }`);
    const error = connectionError(new TypeError(`fetch failed for ${encodeURIComponent(KEY)}`, { cause }), {
      sent: true,
      redact,
    });
    const { message, cause: first } = error;
    const second = (first as Error).cause as Error;
    expect([message, (first as Error).message, second.message].join()).not.toMatch(/sk-ab|gh_12|%2B/);
    expect(second.message).toContain('[API key]');
  });
});
