/** `pnpm conformance:v2 [FILE]` as a process: what it prints, and the code that it ends with. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from '@jest/globals';

const PROGRAM = fileURLToPath(new URL('../build/internals/conformance.js', import.meta.url));
const OURS = fileURLToPath(new URL('../vectors/v2.json', import.meta.url));

const dir = mkdtempSync(join(tmpdir(), 'nomyo-conformance-'));
afterAll(() => rmSync(dir, { recursive: true }));

function conformance(file?: string): { code: number | null; stdout: string; stderr: string } {
  const args = file === undefined ? [] : [file];
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

function file(content: string): string {
  const path = join(dir, 'vectors.json');
  writeFileSync(path, content);
  return path;
}

it('prints a line for each group of our vectors, and ends with 0', () => {
  expect(conformance()).toEqual({
    code: 0,
    stdout:
      'padme 12\nconfigurations 38\nrequests 12\nbad_requests 72\nresponses 10\nbad_responses 45\nlarge 2\nreplays 11\n',
    stderr: '',
  });
});

it('names the case whose verdict was reversed, and ends with 1', () => {
  const vectors = JSON.parse(readFileSync(OURS, 'utf8')) as Record<string, Record<string, unknown>[]>;
  const [first = {}] = vectors['bad_requests'] ?? [];
  const changed = { ...vectors, bad_requests: [{ ...first, expect: 'ok' }] };
  const { code, stdout } = conformance(file(JSON.stringify(changed)));
  expect(code).toBe(1);
  expect(stdout).toContain(`bad_requests 1 FAILED: "${String(first['name'])}": `);
});

it.each(['', '{}', '[]', '{"requests":[]}', 'no JSON'])('a file of %j is not a pass', (content) => {
  const { code, stderr } = conformance(file(content));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^conformance: .+\n$/);
});

it('nor is a file that is not there', () => {
  expect(conformance(join(dir, 'nowhere.json'))).toMatchObject({ code: 1, stdout: '' });
});
