/**
 * Whether a file or directory can be trusted: decisions alone. The rules are those of ssh for its private keys, and of
 * PostgreSQL for one that root hands to a group.
 */
import type { KeyStoreErrorCode } from '../errors.js';

/** What `fstat` says. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'other';
  /** In bytes. */
  readonly size: number;
  /** Permission bits, or `undefined` where the system has none (Windows). */
  readonly mode: number | undefined;
  /** Owner and group, or `undefined` where the system has none. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** For whom a file is read. */
export interface Reader {
  /** The user this process acts for, or `undefined` where the system has none. */
  readonly uid: number | undefined;
  readonly groups: readonly number[];
}

/** A file in question, and how it was reached. */
export interface FileInQuestion extends FileFacts {
  /** Whether it is part of a mounted Kubernetes Secret. */
  readonly isMounted: boolean;
}

/** What is wrong, and what to do. */
export interface Problem {
  readonly code: KeyStoreErrorCode;
  readonly message: string;
}

/** Far more than any key file: a larger file is no key file, and is not read. */
const MAX_FILE_BYTES: number = 64 * 1024;

const ROOT = 0;
const GROUP_READ = 0o040;
const GROUP_AND_OTHER = 0o077;
const GROUP_AND_OTHER_WRITE = 0o022;
const SET_GROUP_ID = 0o2000;

/** Why a private key must not be read from this file, or `undefined`. */
export function privateFileProblem(file: FileInQuestion, reader: Reader): Problem | undefined {
  return plainFileProblem(file) ?? ownerProblem(file, reader) ?? privacyProblem(file, reader);
}

/** Why a public key must not be read from this file, or `undefined`. */
export function publicFileProblem(file: FileInQuestion, reader: Reader): Problem | undefined {
  return plainFileProblem(file) ?? ownerProblem(file, reader);
}

/** Why what this file says of known keys must not be believed, or `undefined`. */
export function knownFileProblem(file: FileInQuestion, reader: Reader): Problem | undefined {
  const facts: FileFacts = file;
  const problem = publicFileProblem(file, reader);
  if (problem !== undefined || ((facts.mode ?? 0) & GROUP_AND_OTHER_WRITE) === 0) return problem;
  return {
    code: 'KEY_FILE_PERMISSIONS',
    message: `others can change which keys are known (mode ${octal(facts.mode)}). Look at it, then run: chmod 644 on it`,
  };
}

/** Why keys must not be kept in this directory, or `undefined`. */
export function directoryProblem(facts: FileFacts, reader: Reader): Problem | undefined {
  if (facts.kind !== 'directory') {
    return {
      code: 'KEY_FILE_UNREADABLE',
      message: 'it is not a directory. Choose another path, or move the file away',
    };
  }
  const owner = ownerProblem(facts, reader);
  if (owner !== undefined) return owner;
  if (((facts.mode ?? 0) & GROUP_AND_OTHER_WRITE) === 0) return undefined;
  // The root of a volume belongs to root and to the pod's fsGroup: this process cannot change it, and need not.
  const isVolume = facts.uid !== reader.uid || ((facts.mode ?? 0) & SET_GROUP_ID) !== 0;
  const advice = isVolume
    ? 'Use a directory inside it that does not exist yet: it is made for this user alone'
    : 'Run: chmod 700 on it';
  return {
    code: 'KEY_FILE_PERMISSIONS',
    message: `others can write to the directory (mode ${octal(facts.mode)}). ${advice}`,
  };
}

/** Whether a link or directory that leads to a file is one that only this user or root can have made. */
export function isTrustworthy(facts: FileFacts, reader: Reader): boolean {
  return ownerProblem(facts, reader) === undefined;
}

/** Whether no other user can put files into a directory. */
export function isPrivateToWriters(facts: FileFacts, reader: Reader): boolean {
  return directoryProblem(facts, reader) === undefined;
}

function plainFileProblem({ kind, size }: FileFacts): Problem | undefined {
  if (kind !== 'file') {
    return { code: 'KEY_FILE_INVALID', message: 'it is not a regular file. It was left untouched' };
  }
  if (size <= MAX_FILE_BYTES) return undefined;
  return { code: 'KEY_FILE_INVALID', message: 'the file is too large for a key. It was left untouched' };
}

function ownerProblem({ uid }: FileFacts, reader: Reader): Problem | undefined {
  if (uid === undefined || reader.uid === undefined || uid === reader.uid || uid === ROOT) return undefined;
  return {
    code: 'KEY_FILE_PERMISSIONS',
    message: `it belongs to another user (uid ${String(uid)}). Run: chown ${String(reader.uid)} on it`,
  };
}

function privacyProblem(file: FileInQuestion, reader: Reader): Problem | undefined {
  const granted = mayGroupRead(file, reader) ? GROUP_READ : 0;
  if (((file.mode ?? 0) & GROUP_AND_OTHER & ~granted) === 0) return undefined;
  const advice = file.isMounted
    ? 'Set defaultMode: 0400 on the Secret volume'
    : 'Run: chmod 600 on it, or make a new pair';
  return {
    code: 'KEY_FILE_PERMISSIONS',
    message: `others can use the private key (mode ${octal(file.mode)}). ${advice}`,
  };
}

/**
 * Root may hand a key to a group that this process is in: so does Kubernetes for a Secret with fsGroup (mode 0440), and
 * Debian for the group ssl-cert. A process that runs as root needs no group to read its own files, so there a group
 * means that another user can read the key too; but for a Secret, where Kubernetes alone sets the mode.
 */
function mayGroupRead({ uid, gid, isMounted }: FileInQuestion, reader: Reader): boolean {
  if (uid !== ROOT || gid === undefined || !reader.groups.includes(gid)) return false;
  return reader.uid !== ROOT || isMounted;
}

function octal(mode: number | undefined): string {
  return (mode ?? 0).toString(8).padStart(4, '0');
}
