import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { helpText } from '../../../src/testing/cli/help.js';
import { CLI_OPTIONS } from '../../../src/testing/cli/option-table.js';
import { FAIL_MODES } from '../../../src/testing/index.js';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

describe('--help', () => {
  it('names every option and every mode, in 80 columns', () => {
    const text = helpText();
    for (const name of Object.keys(CLI_OPTIONS)) expect(text).toContain(`--${name}`);
    for (const name of Object.keys(FAIL_MODES)) expect(text).toMatch(new RegExp(`^  ${name}\\s`, 'mu'));
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('the README', () => {
  it('names every option and every mode', () => {
    const missing = [
      ...Object.keys(CLI_OPTIONS).map((name) => `--${name}`),
      ...Object.keys(FAIL_MODES),
    ].filter((name) => !new RegExp(`\`${name}[\` ]`, 'u').test(readme));
    expect(missing).toEqual([]);
  });
});
