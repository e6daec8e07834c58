import { describe, expect, it } from '@jest/globals';
import {
  directoryProblem,
  privateFileProblem,
  publicFileProblem,
  type FileFacts,
} from '../../src/disk/checks.js';

const ME = 1_000;
const file: FileFacts = { kind: 'file', size: 3_000, mode: 0o600, uid: ME };
const directory: FileFacts = { kind: 'directory', size: 4_096, mode: 0o700, uid: ME };

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

  it('is refused to root as well when it is of somebody else', () => {
    expect(privateFileProblem({ ...file, uid: ME }, 0)).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' });
  });

  it('says what to do', () => {
    expect(privateFileProblem({ ...file, mode: 0o644 }, ME)?.message).toContain('mode 0644');
    expect(privateFileProblem({ ...file, mode: 0o644 }, ME)?.message).toContain('chmod 600');
  });
});

describe('a public key file', () => {
  it('may be read by all, and must be mine', () => {
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

  it('must be one, and mine', () => {
    expect(directoryProblem(file, ME)).toMatchObject({ code: 'KEY_FILE_UNREADABLE' });
    expect(directoryProblem({ ...directory, uid: 1_001 }, ME)).toMatchObject({
      code: 'KEY_FILE_PERMISSIONS',
    });
  });
});
