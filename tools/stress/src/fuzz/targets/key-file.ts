/** Key files: either loaded unchanged, or refused and left alone. */
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKeyFiles } from '@nomyo/keystore';
import type { Random } from '../../common/random.js';
import { mutate } from '../mutate.js';
import { expect, judge, type Attack, type Target } from '../target.js';

const PASSWORD = 'a password of the run';

/** Whatever is wrong with a private key file, it is one of these. */
const REFUSALS = [
  'KEY_FILE_INVALID',
  'KEY_FILE_PASSWORD',
  'KEY_FILE_MISMATCH',
  'KEY_FILE_UNREADABLE',
] as const;

interface KeyFile {
  readonly content: Buffer;
  readonly password: string | undefined;
}

export const keyFileTarget: Target = {
  name: 'key file',
  weight: 4,
  runtimes: ['node'],
  prepare: () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const cipher = { cipher: 'aes-256-cbc', passphrase: PASSWORD };
    const plain = Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const preamble = `Created: ${new Date(0).toISOString()}\nReplaces: sha256/${'A'.repeat(43)}=\n`;
    const files: KeyFile[] = [
      { content: plain, password: undefined },
      { content: Buffer.concat([Buffer.from(preamble), plain]), password: undefined },
      { content: Buffer.from(privateKey.export({ type: 'pkcs1', format: 'pem' })), password: undefined },
      {
        content: Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher })),
        password: PASSWORD,
      },
    ];
    const publicKey = createPublicKey(privateKey);
    const spki = createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' }));
    const publicPem = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }));
    return Promise.resolve(new KeyFileAttack(files, publicPem, `sha256/${spki.digest('base64')}`));
  },
};

class KeyFileAttack implements Attack {
  readonly #directory = mkdtempSync(join(tmpdir(), 'nomyo-fuzz-'));
  readonly #files: readonly KeyFile[];
  readonly #publicPem: Buffer;
  readonly #fingerprint: string;

  constructor(files: readonly KeyFile[], publicPem: Buffer, fingerprint: string) {
    this.#files = files;
    this.#publicPem = publicPem;
    this.#fingerprint = fingerprint;
  }

  async attempt(random: Random): Promise<string> {
    const { content, password } = random.pick(this.#files);
    const privateKeyPath = join(this.#directory, 'private_key.pem');
    const publicKeyPath = join(this.#directory, 'public_key.pem');
    const isPrivateChanged = random.oneIn(4) ? false : true;
    const file = isPrivateChanged ? mutate(content, random) : content;
    writeFileSync(privateKeyPath, file, { mode: 0o600 });
    writeFileSync(publicKeyPath, isPrivateChanged ? this.#publicPem : mutate(this.#publicPem, random));
    const options = { privateKeyPath, publicKeyPath, ...(password === undefined ? {} : { password }) };
    const result = await judge(() => loadKeyFiles(options), REFUSALS);
    expect(readFileSync(privateKeyPath).equals(file), 'the file is left as it is');
    if ('code' in result) return result.code;
    const { fingerprint } = result.value.publicKey;
    result.value.dispose();
    expect(fingerprint === this.#fingerprint, 'a key that is loaded is the one that was stored');
    return 'loaded unchanged';
  }

  close(): Promise<void> {
    rmSync(this.#directory, { recursive: true, force: true });
    return Promise.resolve();
  }
}
