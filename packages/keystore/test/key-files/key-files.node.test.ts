import { createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { generateKeyFiles, KeyStoreError, loadKeyFiles } from '../../src/index.js';
import { hasOpenssl, run } from '../support/children.js';
import { rejection } from '../support/keys.js';
import { VECTOR_PASSWORD, vectorFile, vectors } from '../support/vectors.js';

const newDirectory = temporaryDirectories('keystore');
const PASSWORD = 'pässword with ümläuts';

const write = (name: string, content: string | Uint8Array, mode = 0o600): string => {
  const path = join(newDirectory(), name);
  writeFileSync(path, content, { mode });
  return path;
};

const spki = (key: Parameters<typeof createPublicKey>[0]): string =>
  createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString();

/** The error for each refusal in the vectors. */
const REFUSALS: Readonly<Record<string, string>> = {
  'encrypted-wrong-password.pem': 'KEY_FILE_PASSWORD',
  'encrypted-no-password.pem': 'KEY_FILE_PASSWORD',
  'rsa1024.pem': 'KEY_FILE_INVALID',
  'ec.pem': 'KEY_FILE_INVALID',
  'public-in-private.pem': 'KEY_FILE_INVALID',
  'truncated.pem': 'KEY_FILE_INVALID',
  'empty.pem': 'KEY_FILE_INVALID',
  'garbage.pem': 'KEY_FILE_INVALID',
  'flipped.pem': 'KEY_FILE_INVALID',
};

describe('files of other programs', () => {
  it.each(vectors.files.filter((file) => file.expect === 'load'))('$name is loaded: $note', async (file) => {
    const privateKeyPath = write(file.name, Buffer.from(file.content_base64, 'base64'));
    const options = file.password === null ? {} : { password: file.password };
    const key = await loadKeyFiles({ privateKeyPath, ...options });
    const expected =
      file.name === 'rsa2048.pem' ? spki(vectorFile(file.name)) : vectors.recipient_public_key_pem;
    expect(key.publicKey.pem).toBe(expected);
    if (file.name !== 'rsa2048.pem') {
      expect(key.publicKey.fingerprint).toBe(`sha256/${vectors.recipient_spki_sha256_base64}`);
    }
    key.dispose();
  });

  it.each(vectors.files.filter((file) => file.expect === 'refuse'))(
    '$name is refused: $note',
    async (file) => {
      const content = Buffer.from(file.content_base64, 'base64');
      const privateKeyPath = write(file.name, content);
      const options = file.password === null ? {} : { password: file.password };
      const error = await rejection(loadKeyFiles({ privateKeyPath, ...options }));
      expect(error).toBeInstanceOf(KeyStoreError);
      expect(error).toMatchObject({ code: REFUSALS[file.name], path: privateKeyPath });
      expect(readFileSync(privateKeyPath).equals(content)).toBe(true);
    },
  );

  it.each(['legacy-nomyo-js-0.1.pem', 'pkcs8-scrypt-aes256.pem', 'pkcs8-python-best.pem'])(
    '%s does not open without its password, or with another one',
    async (name) => {
      const privateKeyPath = write(name, vectorFile(name));
      for (const options of [{}, { password: 'x' }, { password: `${VECTOR_PASSWORD} ` }]) {
        const error = await rejection(loadKeyFiles({ privateKeyPath, ...options }));
        expect(error).toMatchObject({ name: 'KeyStoreError', code: 'KEY_FILE_PASSWORD' });
      }
    },
  );

  it('opens a file with a password of bytes', async () => {
    const privateKeyPath = write('key.pem', vectorFile('pkcs8-python-best.pem'));
    const password = new TextEncoder().encode(VECTOR_PASSWORD);
    (await loadKeyFiles({ privateKeyPath, password })).dispose();
    expect(new TextDecoder().decode(password)).toBe(VECTOR_PASSWORD);
  });

  it('never says which of 400 wrong passwords decrypted to good padding', async () => {
    // One in 256 does. With 2,048 rounds instead of 600,000, or this would take minutes.
    const privateKeyPath = write('weak.pem', weakEncryptedKey());
    const codes = new Set<unknown>();
    for (let i = 0; i < 400; i += 1) {
      const error = await rejection(loadKeyFiles({ privateKeyPath, password: `wrong ${String(i)}` }));
      codes.add((error as KeyStoreError).code);
      expect((error as Error).message).not.toContain('wrong');
    }
    expect([...codes]).toEqual(['KEY_FILE_PASSWORD']);
  });

  it('reports an unprotected file when there is a password', async () => {
    for (const name of ['pkcs8.pem', 'pkcs1.pem']) {
      const privateKeyPath = write(name, vectorFile(name));
      const error = await rejection(loadKeyFiles({ privateKeyPath, password: VECTOR_PASSWORD }));
      expect(error).toMatchObject({ code: 'KEY_FILE_PASSWORD' });
      expect((error as Error).message).toContain('not encrypted');
    }
  });

  it('compares the public key, if given', async () => {
    const privateKeyPath = write('private.pem', vectorFile('pkcs8.pem'));
    const good = write('public.pem', vectors.recipient_public_key_pem, 0o644);
    const other = write('public.pem', spki(vectorFile('rsa2048.pem')), 0o644);
    const garbage = write('public.pem', 'no key', 0o644);
    const load = (publicKeyPath: string): Promise<unknown> =>
      rejection(loadKeyFiles({ privateKeyPath, publicKeyPath }));
    (await loadKeyFiles({ privateKeyPath, publicKeyPath: good })).dispose();
    expect(await load(other)).toMatchObject({ code: 'KEY_FILE_MISMATCH', path: other });
    expect(await load(garbage)).toMatchObject({ code: 'KEY_FILE_INVALID', path: garbage });
    expect(await load('/nowhere/public.pem')).toMatchObject({ code: 'KEY_FILE_UNREADABLE' });
  });

  it('says what is missing', async () => {
    const privateKeyPath = join(newDirectory(), 'none.pem');
    const error = await rejection(loadKeyFiles({ privateKeyPath }));
    expect(error).toMatchObject({ code: 'KEY_FILE_UNREADABLE', path: privateKeyPath });
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ name: 'KeyStoreError', path: privateKeyPath });
  });
});

describe('generateKeyFiles', () => {
  it('writes a pair with the right modes', async () => {
    const keyDir = join(newDirectory(), 'a', 'b');
    const files = await generateKeyFiles({ keyDir, keySize: 2048 });
    expect(files).toEqual({
      privateKeyPath: join(keyDir, 'private_key.pem'),
      publicKeyPath: join(keyDir, 'public_key.pem'),
    });
    const modeOf = (path: string): number => statSync(path).mode & 0o777;
    expect([keyDir, files.privateKeyPath, files.publicKeyPath].map(modeOf)).toEqual([0o700, 0o600, 0o644]);
    expect(readFileSync(join(keyDir, '.gitignore'), 'utf8')).toBe('*\n');
    const key = await loadKeyFiles(files);
    expect(spki(createPrivateKey(readFileSync(files.privateKeyPath)))).toBe(key.publicKey.pem);
    expect(readFileSync(files.publicKeyPath, 'utf8')).toBe(key.publicKey.pem);
  });

  it('never overwrites: neither a pair, nor half of one', async () => {
    for (const name of ['private_key.pem', 'public_key.pem']) {
      const keyDir = newDirectory();
      writeFileSync(join(keyDir, name), 'mine');
      const error = await rejection(generateKeyFiles({ keyDir, keySize: 2048 }));
      expect(error).toMatchObject({ code: 'KEY_FILE_EXISTS', path: join(keyDir, name) });
      expect(readFileSync(join(keyDir, name), 'utf8')).toBe('mine');
      expect(readdirSync(keyDir).filter((entry) => entry.endsWith('.pem'))).toEqual([name]);
    }
  });

  it('lets only one of ten callers make the pair', async () => {
    const keyDir = newDirectory();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => generateKeyFiles({ keyDir, keySize: 2048 })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'KEY_FILE_EXISTS' });
    }
  });

  it('does not hide other files in the directory from git', async () => {
    const keyDir = newDirectory();
    writeFileSync(join(keyDir, 'index.ts'), 'export {};');
    await generateKeyFiles({ keyDir, keySize: 2048 });
    expect(existsSync(join(keyDir, '.gitignore'))).toBe(false);
  });

  it('says when there is a file instead of a directory', async () => {
    const keyDir = write('file', '');
    expect(await rejection(generateKeyFiles({ keyDir }))).toMatchObject({
      name: 'KeyStoreError',
      path: keyDir,
    });
  });

  it('protects the key so that Node and openssl open it, only with the password', async () => {
    const { privateKeyPath } = await generateKeyFiles({
      keyDir: newDirectory(),
      password: PASSWORD,
      keySize: 2048,
    });
    const key = await loadKeyFiles({ privateKeyPath, password: PASSWORD });
    const pem = readFileSync(privateKeyPath);
    expect(pem.toString()).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    expect(spki(createPrivateKey({ key: pem, passphrase: PASSWORD }))).toBe(key.publicKey.pem);
    expect(() => createPrivateKey({ key: pem, passphrase: 'wrong' })).toThrow();
    if (!(await hasOpenssl())) return;
    const open = (password: string): ReturnType<typeof run> =>
      run('openssl', ['pkey', '-in', privateKeyPath, '-pubout', '-passin', `pass:${password}`]);
    expect(await open(PASSWORD)).toMatchObject({ status: 0, stdout: key.publicKey.pem });
    expect((await open('wrong')).status).not.toBe(0);
    const structure = (await run('openssl', ['asn1parse', '-in', privateKeyPath])).stdout;
    expect(structure).toMatch(/PBES2[^]*PBKDF2[^]*OCTET STRING[^]*:0927C0[^]*hmacWithSHA256[^]*aes-256-cbc/);
  });

  it('writes a key without a password that openssl opens in spite of the text before it', async () => {
    if (!(await hasOpenssl())) return;
    const files = await generateKeyFiles({ keyDir: newDirectory(), keySize: 2048 });
    const { stdout } = await run('openssl', ['pkey', '-in', files.privateKeyPath, '-pubout']);
    expect(stdout).toBe(readFileSync(files.publicKeyPath, 'utf8'));
    expect((await run('openssl', ['rsa', '-in', files.privateKeyPath, '-check', '-noout'])).stdout).toContain(
      'ok',
    );
  });
});

describe('keys written by openssl', () => {
  const forms: readonly (readonly string[])[] = [
    ['-scrypt', '-scrypt_N', '1024'],
    ['-scrypt', '-v2', 'aes-128-cbc', '-scrypt_N', '8192', '-scrypt_r', '16', '-scrypt_p', '2'],
    ['-v2', 'aes-192-cbc', '-iter', '1'],
    // Old and weak: Node opens them, and what is written instead is neither.
    ['-v1', 'PBE-SHA1-3DES'],
    ['-v2', 'des3'],
    ...['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'].map((hash) => [
      '-v2',
      'aes-256-cbc',
      '-v2prf',
      `hmacWith${hash}`,
    ]),
  ];

  it.each(forms.map((form) => [form.join(' '), form] as const))('is opened: %s', async (_name, form) => {
    if (!(await hasOpenssl())) return;
    const directory = newDirectory();
    const [plain, sealed] = [join(directory, 'plain.pem'), join(directory, 'sealed.pem')];
    writeFileSync(plain, vectorFile('rsa2048.pem'), { mode: 0o600 });
    const pkcs8 = ['pkcs8', '-topk8', '-in', plain, '-out', sealed, '-passout', `pass:${PASSWORD}`];
    expect((await run('openssl', [...pkcs8, ...form])).status).toBe(0);
    const key = await loadKeyFiles({ privateKeyPath: sealed, password: PASSWORD });
    expect(key.publicKey.pem).toBe(spki(readFileSync(plain)));
  });
});

/** PBES2 with 2,048 rounds, which is all that Node writes. */
function weakEncryptedKey(): string | Buffer {
  const key = createPrivateKey(vectorFile('rsa2048.pem'));
  return key.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: PASSWORD });
}
