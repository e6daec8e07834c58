import { describe, expect, it } from '@jest/globals';
import { loadPart } from '../src/load-part.js';
import { rejection } from './support.js';

describe('a part that is loaded when it is needed', () => {
  it('is what the import gives', async () => {
    expect(await loadPart(() => Promise.resolve({ answer: 42 }))).toEqual({ answer: 42 });
  });

  it('is a failed connection when its file cannot be fetched, and nothing was sent', async () => {
    const cause = new TypeError('Failed to fetch dynamically imported module');
    expect(await rejection(loadPart(() => Promise.reject(cause)))).toMatchObject({
      name: 'APIConnectionError',
      code: 'CONNECTION_FAILED',
      possiblyExecuted: false,
      retryable: true,
      cause,
    });
  });

  it('says so when the request may have been run by then', async () => {
    const gone = (): Promise<never> => Promise.reject(new TypeError('gone'));
    expect(await rejection(loadPart(gone, true))).toMatchObject({ possiblyExecuted: true });
  });
});
