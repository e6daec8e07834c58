/** Whether a file or directory can be trusted: decisions alone. The rules are those of ssh for its private keys. */
import type { KeyStoreErrorCode } from '../errors.js';

/** What `fstat` says. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'other';
  /** In bytes. */
  readonly size: number;
  /** Permission bits, or `undefined` where the system has none (Windows). */
  readonly mode: number | undefined;
  /** Owner, or `undefined` where the system has none. */
  readonly uid: number | undefined;
}

/** What is wrong, and what to do. */
export interface Problem {
  readonly code: KeyStoreErrorCode;
  readonly message: string;
}

/** Far more than any key file: a larger file is no key file, and is not read. */
const MAX_FILE_BYTES: number = 64 * 1024;

const ROOT = 0;
const GROUP_AND_OTHER = 0o077;
const GROUP_AND_OTHER_WRITE = 0o022;

/** What forbids to read a private key from a file, or `undefined`. */
export function privateFileProblem(facts: FileFacts, ownUid: number | undefined): Problem | undefined {
  return plainFileProblem(facts) ?? ownerProblem(facts, ownUid) ?? privacyProblem(facts);
}

/** What forbids to read a public key from a file, or `undefined`. */
export function publicFileProblem(facts: FileFacts, ownUid: number | undefined): Problem | undefined {
  return plainFileProblem(facts) ?? ownerProblem(facts, ownUid);
}

/** What forbids to believe a file of known keys, or `undefined`. */
export function knownFileProblem(facts: FileFacts, ownUid: number | undefined): Problem | undefined {
  const problem = publicFileProblem(facts, ownUid);
  if (problem !== undefined || ((facts.mode ?? 0) & GROUP_AND_OTHER_WRITE) === 0) return problem;
  return {
    code: 'KEY_FILE_PERMISSIONS',
    message: `others can change which keys are known (mode ${octal(facts.mode)}). Look at it, then run: chmod 644 on it`,
  };
}

/** What forbids to keep keys in a directory, or `undefined`. */
export function directoryProblem(facts: FileFacts, ownUid: number | undefined): Problem | undefined {
  if (facts.kind !== 'directory') {
    return {
      code: 'KEY_FILE_UNREADABLE',
      message: 'it is no directory. Give another one, or move the file away',
    };
  }
  const owner = ownerProblem(facts, ownUid);
  if (owner !== undefined) return owner;
  if (((facts.mode ?? 0) & GROUP_AND_OTHER_WRITE) === 0) return undefined;
  return {
    code: 'KEY_FILE_PERMISSIONS',
    message: `others can write to the directory (mode ${octal(facts.mode)}). Run: chmod 700 on it`,
  };
}

function plainFileProblem({ kind, size }: FileFacts): Problem | undefined {
  if (kind !== 'file') {
    return { code: 'KEY_FILE_INVALID', message: 'it is no regular file. It was left untouched' };
  }
  if (size <= MAX_FILE_BYTES) return undefined;
  return { code: 'KEY_FILE_INVALID', message: 'the file is too large for a key. It was left untouched' };
}

function ownerProblem({ uid }: FileFacts, ownUid: number | undefined): Problem | undefined {
  if (uid === undefined || ownUid === undefined || uid === ownUid || uid === ROOT) return undefined;
  return {
    code: 'KEY_FILE_PERMISSIONS',
    message: `it belongs to another user (uid ${String(uid)}). Run: chown ${String(ownUid)} on it`,
  };
}

function privacyProblem({ mode }: FileFacts): Problem | undefined {
  if (((mode ?? 0) & GROUP_AND_OTHER) === 0) return undefined;
  return {
    code: 'KEY_FILE_PERMISSIONS',
    message: `others can use the private key (mode ${octal(mode)}). Run: chmod 600 on it, or make a new pair`,
  };
}

function octal(mode: number | undefined): string {
  return (mode ?? 0).toString(8).padStart(4, '0');
}
