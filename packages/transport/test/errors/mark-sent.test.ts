import { describe, expect, it } from '@jest/globals';
import { DisposedError, SecurityError } from '@nomyo/base';
import { markFailuresAsSent } from '../../src/errors/mark-sent.js';
import { APIConnectionError } from '../../src/errors/errors.js';
import { rejection } from '../support/peer.js';

describe('markFailuresAsSent', () => {
  it.each([new SecurityError('DECRYPTION_FAILED', 'x'), new DisposedError('The client')])(
    'marks %p, thrown or rejected, as possibly run',
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

  it('leaves errors alone that know better or are not ours', async () => {
    const refused = new APIConnectionError('refused', { possiblyExecuted: false });
    const theirs = new Error('the reason of the caller');
    for (const error of [refused, theirs]) {
      expect(await rejection(markFailuresAsSent(() => Promise.reject(error)))).toBe(error);
    }
    expect(refused.possiblyExecuted).toBe(false);
    expect(theirs).not.toHaveProperty('possiblyExecuted');
  });

  it('returns the result of the task', async () => {
    expect(await markFailuresAsSent(() => 1)).toBe(1);
    expect(await markFailuresAsSent(() => Promise.resolve(2))).toBe(2);
  });
});
