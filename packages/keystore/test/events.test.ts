import { describe, expect, it, jest } from '@jest/globals';
import { tell, type KeyStoreEvent } from '../src/events.js';

const event: KeyStoreEvent = { type: 'key-loaded', fingerprint: 'sha256/x', path: undefined };

describe('tell', () => {
  it('hands the event over', () => {
    const listener = jest.fn();
    tell(listener, event);
    expect(listener.mock.calls).toEqual([[event]]);
  });

  it('needs no listener', () => {
    expect(() => tell(undefined, event)).not.toThrow();
  });

  it('ignores a listener that throws', () => {
    const listener = (): void => {
      throw new Error('the listener is broken');
    };
    expect(() => tell(listener, event)).not.toThrow();
  });

  it('leaves no unhandled rejection after an async listener', async () => {
    const unhandled = jest.fn();
    process.once('unhandledRejection', unhandled);
    const listener = (() => Promise.reject(new Error('later'))) as unknown as () => void;
    tell(listener, event);
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
