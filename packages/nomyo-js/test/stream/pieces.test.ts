import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pieces } from '../../src/stream/pieces.js';

describe('pieces of a text', () => {
  it('join to the original text, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const parts = [...pieces(text)];
        expect(parts.join('')).toBe(text);
        expect(parts).not.toContain('');
      }),
    );
  });

  it('are single words at first, and several words later', () => {
    const parts = [...pieces('The quick brown fox '.repeat(2000))];
    expect(parts.slice(0, 3)).toEqual(['The ', 'quick ', 'brown ']);
    expect(parts.at(-2)?.length).toBeGreaterThan(500);
  });

  it.each([
    ['words', 'lorem ipsum '.repeat(35_000)],
    ['no space at all', 'x'.repeat(420_000)],
    ['Chinese', '长文本'.repeat(140_000)],
    ['emoji', '👩‍👩‍👧'.repeat(50_000)],
    ['spaces', ' '.repeat(420_000)],
  ])('of 420 kB (%s) are 20 to 8,000', (_name, text) => {
    const count = [...pieces(text)].length;
    expect(count).toBeGreaterThanOrEqual(20);
    expect(count).toBeLessThanOrEqual(8000);
  });

  it.each(['👩‍👩‍👧', '🇩🇪', 'é', '👍🏽', '각'])('never cut %s in two', (character) => {
    const text = character.normalize('NFD').repeat(4000);
    const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
    const starts = new Set(Array.from(graphemes.segment(text), ({ index }) => index));
    let at = 0;
    for (const part of pieces(text)) {
      expect(starts.has(at)).toBe(true);
      at += part.length;
    }
  });
});
