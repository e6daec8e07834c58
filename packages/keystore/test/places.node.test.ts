/** Places that are no ordinary directory: Kubernetes volumes, read-only disks, /proc. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { generateKeyFiles, KeyStore, loadKeyFiles } from '../src/index.js';
import { rejection } from './support/keys.js';

afterEach(() => {
  jest.restoreAllMocks();
});

const isRoot = process.geteuid?.() === 0;
const asRoot = isRoot ? it : it.skip;
const newDirectory = temporaryDirectories('keystore');

/** A directory as `kubelet` mounts it: a directory of files, the link `..data` to it, and a link for each file. */
async function secretMount(mode = 0o400): Promise<{ mount: string; data: string }> {
  const mount = newDirectory();
  const data = join(mount, '..2026_11_28_09_30_00.123456789');
  await generateKeyFiles({ keyDir: data, keySize: 2048 });
  for (const name of ['private_key.pem', 'public_key.pem']) {
    chmodSync(join(data, name), mode);
    symlinkSync(`..data/${name}`, join(mount, name));
  }
  symlinkSync('..2026_11_28_09_30_00.123456789', join(mount, '..data'));
  return { mount, data };
}

const open = async (keyDir: string): Promise<string> => {
  const store = new KeyStore({ keyDir, keySize: 2048, rotationInterval: 0 });
  try {
    const lease = await store.acquire();
    lease.release();
    return lease.keys.publicKey.pem;
  } finally {
    store.dispose();
  }
};

describe('a mounted Kubernetes Secret', () => {
  it('is read through its links', async () => {
    const { mount, data } = await secretMount();
    const pem = readFileSync(join(data, 'public_key.pem'), 'utf8');
    expect(await open(mount)).toBe(pem);
    const key = await loadKeyFiles({
      privateKeyPath: join(mount, 'private_key.pem'),
      publicKeyPath: join(mount, 'public_key.pem'),
    });
    expect(key.publicKey.pem).toBe(pem);
  });

  asRoot('is read with mode 0440, as fsGroup makes it, in a directory of mode 1777', async () => {
    const { mount } = await secretMount(0o440);
    chmodSync(mount, 0o1777);
    expect(await open(mount)).toMatch(/BEGIN PUBLIC KEY/);
  });

  it('that is world-readable is refused, with advice', async () => {
    const { mount } = await secretMount(0o444);
    const error = await rejection(open(mount));
    expect(error).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' });
    expect(String(error)).toContain('defaultMode: 0400');
  });

  it('is read again when Kubernetes has put another in its place', async () => {
    const { mount } = await secretMount();
    const before = await open(mount);
    const next = join(mount, '..next');
    await generateKeyFiles({ keyDir: next, keySize: 2048 });
    symlinkSync('..next', join(mount, '..data_tmp'));
    renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
    expect(await open(mount)).not.toBe(before);
  });

  it('is never written to: a pair beyond its age serves, and the error says what to do', async () => {
    const { mount, data } = await secretMount();
    const before = readFileSync(join(data, 'private_key.pem'));
    const store = new KeyStore(
      { keyDir: mount, keySize: 2048, rotationInterval: 0 },
      { rotationDir: 'keyRotationDir' },
    );
    const error = await rejection(store.rotate());
    store.dispose();
    expect(error).toMatchObject({ code: 'KEY_FILE_UNWRITABLE', path: mount });
    expect(String(error)).toMatch(/mounted Kubernetes Secret.*keyDir/);
    expect(readFileSync(join(data, 'private_key.pem')).equals(before)).toBe(true);
  });

  it.each<[string, (mount: string, data: string) => void]>([
    ['out of the directory', (mount, data) => relink(mount, join(data, 'private_key.pem'))],
    ['around ..data', (mount, data) => relink(mount, join(data.slice(mount.length + 1), 'private_key.pem'))],
    ['to another name', (mount) => relink(mount, '..data/public_key.pem')],
    ['through ..data that leads elsewhere', (mount, data) => reaim(mount, data)],
    ['through ..data that leads upwards', (mount) => reaim(mount, '../x')],
    [
      'to a directory that others can write to',
      (_mount, data) => {
        chmodSync(data, 0o777);
      },
    ],
  ])('a link %s is not followed', async (_name, change) => {
    const { mount, data } = await secretMount();
    change(mount, data);
    expect(await rejection(open(mount))).toMatchObject({ code: 'KEY_FILE_INVALID' });
  });

  asRoot('a link made by another user is not followed', async () => {
    const { mount } = await secretMount();
    execFileSync('chown', ['-h', '65534', join(mount, '..data')]);
    expect(await rejection(open(mount))).toMatchObject({ code: 'KEY_FILE_INVALID' });
  });
});

function relink(mount: string, target: string): void {
  renameSync(join(mount, 'private_key.pem'), join(mount, 'old'));
  symlinkSync(target, join(mount, 'private_key.pem'));
}

function reaim(mount: string, target: string): void {
  renameSync(join(mount, '..data'), join(mount, 'old'));
  symlinkSync(target, join(mount, '..data'));
}

describe('a directory that cannot be used', () => {
  it('in /proc is an error, and no thread spins', async () => {
    const cpuBefore = process.cpuUsage().system;
    const error = await rejection(open('/proc/nomyo-keys/deeper'));
    expect(error).toMatchObject({ code: 'KEY_FILE_UNWRITABLE', path: '/proc/nomyo-keys/deeper' });
    expect(String(error)).toContain('keyDir');
    expect(process.cpuUsage().system - cpuBefore).toBeLessThan(2_000_000);
  });

  it('under a file is an error', async () => {
    const file = join(newDirectory(), 'file');
    writeFileSync(file, '');
    expect(await rejection(open(join(file, 'keys')))).toMatchObject({ name: 'KeyStoreError' });
  });

  asRoot('on a read-only file system names keyDir', async () => {
    const disk = newDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=64k,mode=0755', 'tmpfs', disk]);
    try {
      const error = await rejection(open(join(disk, 'client_keys')));
      expect(error).toMatchObject({ code: 'KEY_FILE_UNWRITABLE', path: join(disk, 'client_keys') });
      expect(String(error)).toMatch(/EROFS.*Set keyDir to a directory.*or keyDir: null/);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  asRoot('a volume of mode 2770 gets advice that works', async () => {
    const volume = newDirectory();
    chownSync(volume, 0, 65534);
    chmodSync(volume, 0o2770);
    const error = await rejection(open(volume));
    expect(error).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' });
    expect(String(error)).toContain('Use a directory inside it');
    expect(await open(join(volume, 'keys'))).toMatch(/BEGIN PUBLIC KEY/);
  });
});
