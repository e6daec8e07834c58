import { describe, expect, it } from '@jest/globals';
import {
  directoryProblem,
  privateFileProblem,
  publicFileProblem,
  type FileFacts,
  type FileInQuestion,
  type Reader,
} from '../../src/disk/checks.js';

const MINE = 1_000;
const GROUP = 2_000;
const ME: Reader = { uid: MINE, groups: [MINE, GROUP] };
const ROOT: Reader = { uid: 0, groups: [0, GROUP] };
const file: FileInQuestion = {
  kind: 'file',
  size: 3_000,
  mode: 0o600,
  uid: MINE,
  gid: MINE,
  isMounted: false,
};
const directory: FileFacts = { kind: 'directory', size: 4_096, mode: 0o700, uid: MINE, gid: MINE };

describe('a private key file', () => {
  it.each([
    ['mine', {}],
    ['read-only', { mode: 0o400 }],
    ["root's", { uid: 0 }],
    ['on Windows', { mode: undefined, uid: undefined }],
    ['as large as can be', { size: 65_536 }],
  ])('is accepted: %s', (_name, facts) => {
    expect(privateFileProblem({ ...file, ...facts }, ME)).toBeUndefined();
  });

  it.each([0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o666, 0o777])(
    'is refused with mode %o',
    (mode) => {
      expect(privateFileProblem({ ...file, mode }, ME)).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' });
    },
  );

  it.each([
    ["another user's", { uid: 1_001 }, 'KEY_FILE_PERMISSIONS'],
    ['a directory', { kind: 'directory' as const }, 'KEY_FILE_INVALID'],
    ['a pipe', { kind: 'other' as const }, 'KEY_FILE_INVALID'],
    ['too large', { size: 65_537 }, 'KEY_FILE_INVALID'],
  ])('is refused: %s', (_name, facts, code) => {
    expect(privateFileProblem({ ...file, ...facts }, ME)).toMatchObject({ code });
  });

  it('is refused even to root when it belongs to another user', () => {
    expect(privateFileProblem({ ...file, uid: MINE }, ROOT)).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' });
  });

  it('owned by root may be read by a group of the user, as in PostgreSQL', () => {
    const handed = { ...file, uid: 0, gid: GROUP, mode: 0o440 };
    expect(privateFileProblem(handed, ME)).toBeUndefined();
    expect(privateFileProblem({ ...handed, mode: 0o640 }, ME)).toBeUndefined();
    for (const other of [{ gid: 2_001 }, { uid: MINE }, { mode: 0o460 }, { mode: 0o444 }]) {
      expect(privateFileProblem({ ...handed, ...other }, ME)).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' });
    }
  });

  it('of root, for root, may be read by a group only in a mounted Secret', () => {
    const handed = { ...file, uid: 0, gid: GROUP, mode: 0o440 };
    expect(privateFileProblem(handed, ROOT)).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' });
    expect(privateFileProblem({ ...handed, isMounted: true }, ROOT)).toBeUndefined();
    const open = privateFileProblem({ ...handed, isMounted: true, mode: 0o444 }, ROOT);
    expect(open?.message).toContain('defaultMode: 0400');
  });

  it('says what to do', () => {
    expect(privateFileProblem({ ...file, mode: 0o644 }, ME)?.message).toContain('mode 0644');
    expect(privateFileProblem({ ...file, mode: 0o644 }, ME)?.message).toContain('chmod 600');
  });
});

describe('a public key file', () => {
  it('may be world-readable, and must belong to the user', () => {
    expect(publicFileProblem({ ...file, mode: 0o644 }, ME)).toBeUndefined();
    expect(publicFileProblem({ ...file, uid: 1_001 }, ME)).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' });
    expect(publicFileProblem({ ...file, kind: 'other' }, ME)).toMatchObject({ code: 'KEY_FILE_INVALID' });
  });
});

describe('a directory', () => {
  it.each([0o700, 0o750, 0o755, 0o500])('is accepted with mode %o', (mode) => {
    expect(directoryProblem({ ...directory, mode }, ME)).toBeUndefined();
  });

  it.each([0o770, 0o720, 0o702, 0o777, 0o1777])('is refused with mode %o', (mode) => {
    expect(directoryProblem({ ...directory, mode }, ME)).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' });
  });

  it('comes with advice that its user can follow', () => {
    const volume = { ...directory, uid: 0, gid: GROUP, mode: 0o2770 };
    expect(directoryProblem(volume, ME)?.message).toContain('a directory inside it');
    expect(directoryProblem({ ...directory, mode: 0o770 }, ME)?.message).toContain('chmod 700');
  });

  it("must be a directory, and the user's own", () => {
    expect(directoryProblem(file, ME)).toMatchObject({ code: 'KEY_FILE_UNREADABLE' });
    expect(directoryProblem({ ...directory, uid: 1_001 }, ME)).toMatchObject({
      code: 'KEY_FILE_PERMISSIONS',
    });
  });
});
