import { describe, expect, it } from '@jest/globals';
import type { STATUS_MODES } from '../../../src/testing/fail/modes.js';
import { parseEnvelope, type Answer } from '../independent-client.js';
import { clientOf, detailOf, HELLO, useRouters } from '../support.js';

const start = useRouters();

type Check = (answer: Answer, url: string) => void;

const isText: Check = (answer) => expect(typeof detailOf(answer)).toBe('string');
const isList: Check = (answer) =>
  expect(detailOf(answer)).toContainEqual(expect.objectContaining({ loc: ['body', 'model'] }));
const isHtml: Check = ({ headers, body }) => {
  expect(headers['content-type']).toMatch(/^text\/html/u);
  expect(body.toString('utf8')).toMatch(/^<!DOCTYPE html>/u);
};
const isEmpty: Check = ({ body }) => expect(body).toHaveLength(0);
const isBody =
  (text: string): Check =>
  ({ body }) =>
    expect(body.toString('utf8')).toBe(text);
const hasNoRetryAfter: Check = ({ headers }) => expect(headers['retry-after']).toBeUndefined();
const hasSeconds: Check = ({ headers }) => expect(headers['retry-after']).toBe('7');
const hasDate: Check = ({ headers }) => {
  const wait = Date.parse(headers['retry-after'] ?? '') - Date.now();
  expect(headers['retry-after']).toMatch(/ GMT$/u);
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(7000);
};
const pointsElsewhere: Check = ({ headers }, url) => expect(headers.location).toBe(`${url}/redirected`);
const isHostile: Check = (answer) => {
  const detail = detailOf(answer);
  expect(detail).toContain('\u001b[2J');
  expect(detail).toContain('\r\n');
  expect(String(detail).length).toBeGreaterThanOrEqual(100_000);
};
const isPlaintext: Check = ({ body }) => {
  expect(JSON.parse(body.toString('utf8'))).toMatchObject({ object: 'chat.completion' });
  expect(parseEnvelope(body).encrypted_payload).toBeUndefined();
};

/** A mode without a check does not compile. */
const CHECKS: Readonly<Record<keyof typeof STATUS_MODES, Check>> = {
  '200-plaintext': isPlaintext,
  '200-html': isHtml,
  '200-empty': isEmpty,
  '200-null': isBody('null'),
  '200-array': isBody('[]'),
  '204': isEmpty,
  '301': pointsElsewhere,
  '302': pointsElsewhere,
  '303': pointsElsewhere,
  '307': pointsElsewhere,
  '308': pointsElsewhere,
  '400': isText,
  '400-list': isList,
  '400-hostile': isHostile,
  '401': isText,
  '403': isText,
  '403-html': isHtml,
  '404': isText,
  '418': isText,
  '422': isList,
  '429': hasNoRetryAfter,
  '429-seconds': hasSeconds,
  '429-date': hasDate,
  '500': isText,
  '500-empty': isEmpty,
  '502': isText,
  '502-html': isHtml,
  '503': hasNoRetryAfter,
  '503-seconds': hasSeconds,
  '503-date': hasDate,
  '503-html': isHtml,
  '504': isText,
  '504-html': isHtml,
};

describe('an answer in place of the router', () => {
  it('has the status of its name, and the body of its line', async () => {
    const router = await start();
    const client = clientOf(router);
    for (const [mode, check] of Object.entries(CHECKS) as [keyof typeof CHECKS, Check][]) {
      const takesSeconds = /-(?:seconds|date)$/u.test(mode);
      router.setFail(takesSeconds ? `${mode}:7` : mode);
      const answer = await client.send(HELLO);
      expect([mode, answer.status]).toEqual([mode, Number.parseInt(mode, 10)]);
      check(answer, router.url);
    }
  });

  it('redirects to the given place', async () => {
    const router = await start({ fail: '307:https://elsewhere.example/v1' });
    expect((await clientOf(router).send(HELLO)).headers.location).toBe('https://elsewhere.example/v1');
  });
});
