// The runs as users start them, in their short form: each passes against the current SDK.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

interface Result {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

function run(program: string, ...flags: readonly string[]): Promise<Result> {
  const path = fileURLToPath(new URL(`../dist/${program}/main.js`, import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [path, ...flags], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout, errors: stderr });
    });
  });
}

/** Of the client that the fuzz run attacks over plain HTTP, on both sides of the conditional imports. */
const WARNINGS = /^(WARNING: Using HTTP instead of HTTPS.*\n){2}$/;

const HTTP_WARNING = /^(WARNING: Using HTTP instead of HTTPS.*\n)+$/;

describe.each([
  ['batch', '3 kills, 30 jobs, 0 lines', /^$/],
  ['chaos', '300 calls, 32 at once', /^$/],
  ['chaos-v2', '200 calls, 16 at once', HTTP_WARNING],
  ['fuzz', '2000 cases', WARNINGS],
  ['gateway', '640 calls, 64 at once', /^$/],
  ['soak', '1200 calls, 16 at once', /^$/],
  ['v2', '1500 cases', /^$/],
])('%s --short', (program, size, warnings) => {
  it('passes, and prints its seed', async () => {
    const { code, output, errors } = await run(program, '--short', '--seed', '20261126');
    expect(output).not.toMatch(/^FAILED/m);
    expect(output).toContain(`${program}: ${size}, --seed 20261126\n`);
    expect(output).toMatch(/\npassed in [\d.]+ s\n$/);
    expect(errors).toMatch(warnings);
    expect(code).toBe(0);
  }, 300_000);

  it('lists its flags, and ends with code 2', async () => {
    const { code, errors } = await run(program, '--no-such-flag');
    expect(code).toBe(2);
    expect(errors).toMatch(/--seed N/);
    expect(errors).not.toContain('    at ');
  });
});
