/**
 * Decides whether a file or directory can be trusted. Pure. The rules are ssh's for private keys, and PostgreSQL's for
 * a key that root shares with a group.
 */
import type { KeyStoreErrorCode } from '../errors.js';

/** The result of `fstat`. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'other';
  /** In bytes. */
  readonly size: number;
  /** Permission bits, or `undefined` where the system has none (Windows). */
  readonly mode: number | undefined;
  /** Owner, or `undefined` where the system has none. */
  readonly uid: number | undefined;
  /** Group, or `undefined` where the system has none. */
  readonly gid: number | undefined;
}

/** The user who reads a file. */
export interface Reader {
  /** The user this process acts for, or `undefined` where the system has none. */
  readonly uid: number | undefined;
  readonly groups: readonly number[];
}

/** A file to be checked, and the way it was reached. */
export interface FileInQuestion extends FileFacts {
  /** Whether it is part of a mounted Kubernetes Secret. */
  readonly isMounted: boolean;
}

/** A reason not to use a file, and advice. */
export interface Problem {
  readonly code: KeyStoreErrorCode;
  readonly message: string;
}

/** Far more than any key file has, in bytes: a larger file is not a key file, and is not read. */
const MAX_FILE_BYTES: number = 64 * 1024;

const ROOT = 0;
const GROUP_READ = 0o040;
const GROUP_AND_OTHER = 0o077;
const GROUP_AND_OTHER_WRITE = 0o022;
const SET_GROUP_ID = 0o2000;

/** The reason why a private key must not be read from this file, or `undefined`. */
export function privateFileProblem(file: FileInQuestion, reader: Reader): Problem | undefined {
  return plainFileProblem(file) ?? ownerProblem(file, reader) ?? privacyProblem(file, reader);
}

/** The reason why a public key must not be read from this file, or `undefined`. */
export function publicFileProblem(file: FileInQuestion, reader: Reader): Problem | undefined {
  return plainFileProblem(file) ?? ownerProblem(file, reader);
}

/** The reason why a file of known keys or seen configurations must not be trusted, or `undefined`. */
export function knownFileProblem(file: FileInQuestion, reader: Reader): Problem | undefined {
  const facts: FileFacts = file;
  const problem = publicFileProblem(file, reader);
  if (problem !== undefined || ((facts.mode ?? 0) & GROUP_AND_OTHER_WRITE) === 0) return problem;
  return {
    code: 'KEY_FILE_PERMISSIONS',
    message: `others can change what it says (mode ${octal(facts.mode)}). Check its content, then run chmod 644 on it`,
  };
}

/** The reason why keys must not be kept in this directory, or `undefined`. */
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
  // The root of a Kubernetes volume belongs to root and to the pod's fsGroup: this process cannot change that.
  const isVolume = facts.uid !== reader.uid || ((facts.mode ?? 0) & SET_GROUP_ID) !== 0;
  const advice = isVolume
    ? 'Use a directory inside it that does not exist yet: it will be created for this user only'
    : 'Run chmod 700 on it';
  return {
    code: 'KEY_FILE_PERMISSIONS',
    message: `others can write to the directory (mode ${octal(facts.mode)}). ${advice}`,
  };
}

/** Reports whether only this user or root can have made a link or directory that leads to a file. */
export function isTrustworthy(facts: FileFacts, reader: Reader): boolean {
  return ownerProblem(facts, reader) === undefined;
}

/** Reports whether no other user can put files into a directory. */
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
    message: `it belongs to another user (uid ${String(uid)}). Run chown ${String(reader.uid)} on it`,
  };
}

function privacyProblem(file: FileInQuestion, reader: Reader): Problem | undefined {
  const granted = mayGroupRead(file, reader) ? GROUP_READ : 0;
  if (((file.mode ?? 0) & GROUP_AND_OTHER & ~granted) === 0) return undefined;
  const advice = file.isMounted
    ? 'Set defaultMode: 0400 on the Secret volume'
    : 'Run chmod 600 on it, or create a new pair';
  return {
    code: 'KEY_FILE_PERMISSIONS',
    message: `others can access the private key (mode ${octal(file.mode)}). ${advice}`,
  };
}

/**
 * Root may share a key with a group that this process is in, as Kubernetes does for a Secret with fsGroup (mode 0440),
 * and Debian for the group ssl-cert. A process that runs as root needs no group to read its own files, so a readable
 * group there means that another user can read the key too. A Secret is the exception: only Kubernetes sets its mode.
 */
function mayGroupRead({ uid, gid, isMounted }: FileInQuestion, reader: Reader): boolean {
  if (uid !== ROOT || gid === undefined || !reader.groups.includes(gid)) return false;
  return reader.uid !== ROOT || isMounted;
}

function octal(mode: number | undefined): string {
  return (mode ?? 0).toString(8).padStart(4, '0');
}
