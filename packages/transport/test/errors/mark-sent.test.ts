import { describe, expect, it } from '@jest/globals';
import { DisposedError, SecurityError } from '@nomyo/base';
import { markFailuresAsSent } from '../../src/errors/mark-sent.js';
import { APIConnectionError } from '../../src/errors/errors.js';
import { rejection } from '../support/peer.js';

describe('markFailuresAsSent', () => {
  it.each([new SecurityError('DECRYPTION_FAILED', 'x'), new DisposedError('The client')])(
    'says of %p, thrown or rejected, that the request may have been run',
    async (error) => {
      expect(error.possiblyExecuted).toBe(false);
      const thrown = await rejection(
        markFailuresAsSent(() => {
          throw error;
        }),
      );
      expect(thrown).toBe(error);
      expect(error.possiblyExecuted).toBe(true);
      expect(await rejection(markFailuresAsSent(() => Promise.reject(error)))).toBe(error);
    },
  );

  it('leaves alone what knows better, and what is not ours', async () => {
    const refused = new APIConnectionError('refused', { possiblyExecuted: false });
    const theirs = new Error('the reason of the caller');
    for (const error of [refused, theirs]) {
      expect(await rejection(markFailuresAsSent(() => Promise.reject(error)))).toBe(error);
    }
    expect(refused.possiblyExecuted).toBe(false);
    expect(theirs).not.toHaveProperty('possiblyExecuted');
  });

  it('gives what the task gives', async () => {
    expect(await markFailuresAsSent(() => 1)).toBe(1);
    expect(await markFailuresAsSent(() => Promise.resolve(2))).toBe(2);
  });
});
