/** Key files that others wrote, from the vectors of the protocol: Python's client, nomyo-js 0.1, openssl, and broken ones. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Home } from './cli.js';

interface KeyFile {
  readonly name: string;
  readonly content_base64: string;
  readonly password: string | null;
  readonly expect: 'load' | 'refuse';
  readonly note: string;
}

interface Vectors {
  readonly recipient_spki_sha256_base64: string;
  readonly files: readonly KeyFile[];
}

const { files, recipient_spki_sha256_base64: fingerprint } = JSON.parse(
  readFileSync(new URL('../../keystore/test/vectors/keys.json', import.meta.url), 'utf8'),
) as Vectors;

const home = new Home();
afterAll(() => home.remove());

/** Imports into a directory of its own, without a password for what is written. */
async function importFile({ name, content_base64: content, password }: KeyFile) {
  const [source, keyDir] = [home.file(name), home.file(`${name}-imported`)];
  writeFileSync(source, Buffer.from(content, 'base64'), { mode: 0o600 });
  writeFileSync(`${source}.password`, `${password ?? ''}\n`, { mode: 0o600 });
  const more = password === null ? [] : ['--source-password-file', `${source}.password`];
  const args = ['keys', 'import', source, '--no-password', '--key-dir', keyDir, ...more];
  return { ...(await home.run(args)), keyDir, source };
}

describe('nomyo keys import', () => {
  const good = files.filter((file) => file.expect === 'load');
  it.each(good.map((file) => [file.name, file.note, file] as const))(
    'takes %s: %s',
    async (name, _note, file) => {
      const { code, stdout, stderr, keyDir } = await importFile(file);
      expect([code, stderr]).toEqual([0, '']);
      // The one that is smaller is of another pair.
      if (name !== 'rsa2048.pem') expect(stdout).toContain(`sha256/${fingerprint}`);
      expect(readFileSync(`${keyDir}/private_key.pem`, 'utf8')).toContain('-----BEGIN PRIVATE KEY-----');
      expect((await home.run(['keys', 'show', '--key-dir', keyDir])).code).toBe(0);
    },
  );

  const bad = files.filter((file) => file.expect === 'refuse');
  it.each(bad.map((file) => [file.name, file.note, file] as const))(
    'refuses %s: %s',
    async (_name, _note, file) => {
      const { code, stdout, stderr, keyDir, source } = await importFile(file);
      expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
      expect(stderr).toMatch(/^nomyo: [^\n]+\n$/u);
      if (file.password !== null) expect(stderr).not.toContain(file.password);
      expect(existsSync(`${keyDir}/private_key.pem`)).toBe(false);
      expect(readFileSync(source).toString('base64')).toBe(file.content_base64);
    },
  );
});
