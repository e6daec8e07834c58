/** Key files as other programs write them: read, or called unsupported with the command that converts them. */
import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { generateKeyFiles, loadKeyFiles } from '../src/index.js';
import { rejection } from './support/keys.js';

const newDirectory = temporaryDirectories('keystore');
const PASSWORD = 'correct horse battery';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PUBLIC_PEM = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const written = (content: string | Uint8Array, name = 'private_key.pem'): string => {
  const path = join(newDirectory(), name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
};

const publicKeyAt = async (path: string, password?: string): Promise<string> => {
  const key = await loadKeyFiles({ privateKeyPath: path, ...(password === undefined ? {} : { password }) });
  key.dispose();
  return key.publicKey.pem;
};

const sealedWith = (type: 'pkcs1' | 'pkcs8', format: 'pem' | 'der', cipher: string): string | Buffer =>
  format === 'pem'
    ? privateKey.export({ type, format, cipher, passphrase: PASSWORD })
    : privateKey.export({ type, format, cipher, passphrase: PASSWORD });

describe('under a password, Node reads formats that this package does not', () => {
  it.each<[string, 'pkcs1' | 'pkcs8', 'pem' | 'der', string]>([
    ['PKCS#1 with DEK-Info, AES', 'pkcs1', 'pem', 'aes-256-cbc'],
    ['PKCS#1 with DEK-Info, triple DES', 'pkcs1', 'pem', 'des-ede3-cbc'],
    ['PKCS#1 with DEK-Info, ARIA', 'pkcs1', 'pem', 'aria-256-cbc'],
    ['PKCS#8, triple DES', 'pkcs8', 'pem', 'des-ede3-cbc'],
    ['PKCS#8, ARIA', 'pkcs8', 'pem', 'aria-256-cbc'],
    ['PKCS#8, Camellia', 'pkcs8', 'pem', 'camellia-128-cbc'],
    ['PKCS#8 as DER, ARIA', 'pkcs8', 'der', 'aria-256-cbc'],
    ['PKCS#8 as DER, AES', 'pkcs8', 'der', 'aes-256-cbc'],
  ])('%s', async (_name, type, format, cipher) => {
    const path = written(sealedWith(type, format, cipher));
    expect(await publicKeyAt(path, PASSWORD)).toBe(PUBLIC_PEM);
    expect(await rejection(publicKeyAt(path, 'another password'))).toMatchObject({
      code: 'KEY_FILE_PASSWORD',
    });
    expect(await rejection(publicKeyAt(path))).toMatchObject({ code: 'KEY_FILE_PASSWORD' });
  });
});

describe('without a password', () => {
  it.each(['pkcs1', 'pkcs8'] as const)('%s as DER', async (type) => {
    expect(await publicKeyAt(written(privateKey.export({ type, format: 'der' })))).toBe(PUBLIC_PEM);
  });

  it('PEM behind a certificate, and behind the public key', async () => {
    const certificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(await publicKeyAt(written(`${certificate}${PEM}`))).toBe(PUBLIC_PEM);
    expect(await publicKeyAt(written(`${PUBLIC_PEM}${PEM}`))).toBe(PUBLIC_PEM);
  });
});

describe('formats that are not read', () => {
  const openSsh = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n';
  const jwk = (): string => JSON.stringify(privateKey.export({ format: 'jwk' }));
  it.each<[string, string | Uint8Array, string]>([
    ['OpenSSH', openSsh, 'ssh-keygen -p -m PKCS8 -f'],
    ['PuTTY', 'PuTTY-User-Key-File-3: ssh-rsa\n', 'puttygen'],
    ['a JSON Web Key', jwk(), "format: 'jwk'"],
    ['UTF-16', Buffer.from(`\ufeff${PEM}`, 'utf16le'), 'iconv'],
  ])('%s is reported as unsupported, with a command', async (_name, content, command) => {
    const error = await rejection(publicKeyAt(written(content), PASSWORD));
    expect(error).toMatchObject({ name: 'KeyStoreError', code: 'KEY_FILE_INVALID' });
    expect(String(error)).toMatch(/this format is not supported/);
    expect(String(error)).toContain(command);
    expect(String(error)).not.toMatch(/damaged|backup/);
  });

  it('a public key, a certificate and an EC key are named as such', async () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const cases: [string | Buffer, RegExp][] = [
      [PUBLIC_PEM, /no private key, only: PUBLIC KEY/],
      ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', /only: CERTIFICATE/],
      [ec.export({ type: 'sec1', format: 'pem' }), /only: EC PRIVATE KEY/],
      [createPublicKey(privateKey).export({ type: 'spki', format: 'der' }), /certificate or a public key/],
    ];
    for (const [content, message] of cases) {
      const error = await rejection(publicKeyAt(written(content)));
      expect(error).toMatchObject({ code: 'KEY_FILE_INVALID' });
      expect(String(error)).toMatch(message);
    }
  });

  it('a key whose iteration count means an hour of work is refused at once', async () => {
    const path = join(newDirectory(), 'slow.pem');
    const der = privateKey.export({
      type: 'pkcs8',
      format: 'der',
      cipher: 'des-ede3-cbc',
      passphrase: 'x'.repeat(8),
    });
    // 2048 rounds, as openssl writes them; 0x7fff7fff instead takes the same room only with a longer INTEGER.
    const at = der.indexOf(Buffer.from([0x02, 0x02, 0x08, 0x00]));
    expect(at).toBeGreaterThan(0);
    const longer = Buffer.concat([
      der.subarray(0, at),
      Buffer.from([0x02, 0x04, 0x7f, 0xff, 0x7f, 0xff]),
      der.subarray(at + 4),
    ]);
    // Four nested lengths grow by two: the outer two have two bytes, the inner two one.
    writeFileSync(path, grow(longer, at), { mode: 0o600 });
    const started = performance.now();
    const error = await rejection(publicKeyAt(path, 'x'.repeat(8)));
    expect(error).toMatchObject({ code: 'KEY_FILE_INVALID' });
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

/** Adds 2 to the length of every SEQUENCE that holds the byte at `at`. */
function grow(der: Buffer, at: number): Buffer {
  const out = Buffer.from(der);
  let offset = 0;
  while (offset < at && out[offset] === 0x30) {
    const first = out[offset + 1] ?? 0;
    const isLong = first === 0x82;
    const header = isLong ? 4 : 2;
    const length = (isLong ? out.readUInt16BE(offset + 2) : first) + (isLong ? 2 : 2);
    if (isLong) out.writeUInt16BE(length, offset + 2);
    else out[offset + 1] = length;
    offset += header;
    // Past members in front of the one that holds it.
    while (offset < at && !holds(out, offset, at)) offset += 2 + (out[offset + 1] ?? 0);
  }
  return out;
}

function holds(der: Buffer, offset: number, at: number): boolean {
  const first = der[offset + 1] ?? 0;
  const end = first === 0x82 ? offset + 4 + der.readUInt16BE(offset + 2) : offset + 2 + first;
  return at < end;
}

describe('the command', () => {
  it('of ssh-keygen makes a key that is read', async () => {
    const path = written('');
    try {
      execFileSync('ssh-keygen', ['-t', 'rsa', '-b', '2048', '-N', PASSWORD, '-q', '-f', `${path}.ssh`]);
    } catch {
      // No ssh here.
      return;
    }
    const error = await rejection(publicKeyAt(`${path}.ssh`, PASSWORD));
    const command = /ssh-keygen .*$/.exec(String(error))?.[0] ?? '';
    execFileSync('sh', ['-c', `${command} -P '${PASSWORD}' -N '${PASSWORD}'`], { stdio: 'ignore' });
    expect(await publicKeyAt(`${path}.ssh`, PASSWORD)).toMatch(/BEGIN PUBLIC KEY/);
  });
});

describe('a file of another program with one damaged number', () => {
  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi'] as const)(
    '%s: is refused, though OpenSSL would decrypt with the others',
    async (name) => {
      const jwk = privateKey.export({ format: 'jwk' });
      const number = Buffer.from(jwk[name] ?? '', 'base64url');
      const der = privateKey.export({ type: 'pkcs8', format: 'der' });
      const last = der.indexOf(number) + number.length - 1;
      der[last] = (der[last] ?? 0) ^ 2;
      expect(await rejection(publicKeyAt(written(der)))).toMatchObject({ code: 'KEY_FILE_INVALID' });
    },
  );
});

describe('a file that was damaged on the disk', () => {
  it.each([
    ['without a password', undefined],
    ['with one', PASSWORD],
  ])('%s, is reported as damaged, whichever byte of the key it is', async (_name, password) => {
    const keyDir = newDirectory();
    const sealed = password === undefined ? {} : { password };
    const { privateKeyPath } = await generateKeyFiles({ keyDir, keySize: 2048, ...sealed });
    const text = readFileSync(privateKeyPath, 'utf8');
    expect(text).toMatch(/^Digest: sha256\/[A-Za-z0-9+/]{43}=$/m);
    const start = text.indexOf('KEY-----\n') + 9;
    const end = text.indexOf('\n-----END');
    for (const at of [0.1, 0.3, 0.5, 0.9].map((share) => Math.floor(start + share * (end - start)))) {
      if (text[at] === '\n') continue;
      const other = text[at] === 'A' ? 'B' : 'A';
      writeFileSync(privateKeyPath, `${text.slice(0, at)}${other}${text.slice(at + 1)}`);
      const error = await rejection(publicKeyAt(privateKeyPath, password));
      expect(error).toMatchObject({ code: 'KEY_FILE_INVALID' });
      expect(String(error)).toMatch(/does not match its Digest line/);
    }
    const old = text.replace(/^Digest: .*\n/m, '');
    writeFileSync(privateKeyPath, old);
    expect(await publicKeyAt(privateKeyPath, password)).toMatch(/BEGIN PUBLIC KEY/);
  });

  it('is reported as damaged when the Digest line itself was', async () => {
    const { privateKeyPath } = await generateKeyFiles({ keyDir: newDirectory(), keySize: 2048 });
    const text = readFileSync(privateKeyPath, 'utf8');
    for (const damaged of [
      text.replace('Digest: sha256', 'Digest: shb256'),
      text.replace(/^(Digest: .{12}).*$/m, '$1'),
    ]) {
      expect(damaged).not.toBe(text);
      writeFileSync(privateKeyPath, damaged);
      const error = await rejection(publicKeyAt(privateKeyPath));
      expect(error).toMatchObject({ code: 'KEY_FILE_INVALID' });
      expect(String(error)).toMatch(/does not match its Digest line/);
    }
  });

  it('still opens with openssl, Digest line and all', async () => {
    const keyDir = newDirectory();
    const { privateKeyPath, publicKeyPath } = await generateKeyFiles({ keyDir, keySize: 2048 });
    const key = createPrivateKey(readFileSync(privateKeyPath));
    expect(createPublicKey(key).export({ type: 'spki', format: 'pem' })).toBe(
      readFileSync(publicKeyPath, 'utf8'),
    );
    expect(existsSync(join(keyDir, '.gitignore'))).toBe(true);
  });
});
