import { afterEach, describe, expect, it } from '@jest/globals';
import { SecurityError, selectText } from '../src/index.js';
import { cleanUp, client, rejection, REQUEST, router } from './support.js';

afterEach(cleanUp);

describe('createRaw()', () => {
  it('returns the answer as bytes in protected memory, and its text as bytes', async () => {
    const raw = await client(await router()).createRaw(REQUEST);
    const text = raw.use((json) => selectText(json, ['choices', 0, 'message', 'content']));
    expect(text?.use((bytes) => new TextDecoder().decode(bytes))).toContain('What is an envelope?');
    expect(raw.disposed).toBe(true);
  });

  it('accepts text in the request as UTF-8 bytes', async () => {
    const content = new TextEncoder().encode('Größe "quoted"\n?');
    const answer = await client(await router()).create({ ...REQUEST, messages: [{ role: 'user', content }] });
    expect(answer.choices[0]?.message.content).toContain('Größe "quoted"\n?');
  });

  it.each(['inner-text', 'inner-latin1', 'inner-array', 'inner-empty', 'flip-tag'] as const)(
    '%s is a SecurityError',
    async (fail) => {
      expect(await rejection(client(await router({ fail })).createRaw(REQUEST))).toBeInstanceOf(
        SecurityError,
      );
    },
  );
});
