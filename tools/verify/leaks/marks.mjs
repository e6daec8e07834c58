// The marked secrets of the tests, and where they are in a text: verbatim, in hexadecimal, or in base64 at any of
// the three places that a byte can have in it. packages/nomyo-js/test/leaks.ts looks inside of the tests in this way.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const MARKERS_FILE = fileURLToPath(
  new URL('../../../packages/nomyo-js/test/markers.json', import.meta.url),
);

/**
 * @param {string} file JSON: kind of secret → the text that stands for it
 * @returns {(text: string) => string[]} the kinds of secret in a text
 */
export function readMarks(file) {
  const forms = Object.entries(JSON.parse(readFileSync(file, 'utf8'))).map(([secret, marker]) => [
    secret,
    encodings(marker),
  ]);
  return (text) =>
    forms.filter(([, encoded]) => encoded.some((form) => text.includes(form))).map(([secret]) => secret);
}

function encodings(marker) {
  const base64 = [0, 1, 2].flatMap((shift) => {
    const middle = Buffer.from(' '.repeat(shift) + marker)
      .toString('base64')
      .slice(4, -4);
    return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [marker, Buffer.from(marker).toString('hex'), ...base64];
}
