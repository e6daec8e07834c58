/**
 * Where the socket of a key agent may be. Node cannot ask the kernel who is at the other end of a Unix socket
 * (SO_PEERCRED), so the file system is what keeps other users out: a directory of the user's own that nobody else
 * can enter, checked by both sides. Root can enter it all the same, as root can read every process.
 */
import { lstatSync, mkdirSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { InvalidArgumentError, SecurityError } from '@nomyo/crypto';

/** `sun_path` of Linux holds 108 bytes, of macOS 104, and one is the NUL at its end. */
const MAX_PATH_BYTES = 103;

export const DIRECTORY_MODE = 0o700;
export const SOCKET_MODE = 0o600;

/** Group and others. */
const FOREIGN = 0o077;

/** Makes the directory of the socket, or checks the one that is there. */
export function preparePlace(socketPath: string): void {
  checkPath(socketPath);
  mkdirSync(dirname(socketPath), { recursive: true, mode: DIRECTORY_MODE });
  checkDirectory(dirname(socketPath));
}

/**
 * @throws {SecurityError} `KEY_FILE_PERMISSIONS` when another user could have put the socket there, or could use it
 * @throws the error of the system (`ENOENT`) when there is none
 */
export function checkPlace(socketPath: string): void {
  checkPath(socketPath);
  checkDirectory(dirname(socketPath));
  const socket = lstatSync(socketPath);
  if (!socket.isSocket()) throw refuse(socketPath, 'is no socket');
  checkOwner(socketPath, socket);
}

function checkPath(socketPath: string): void {
  if (Buffer.byteLength(socketPath) > MAX_PATH_BYTES) {
    throw new InvalidArgumentError('socketPath', `must have at most ${String(MAX_PATH_BYTES)} bytes`);
  }
}

function checkDirectory(path: string): void {
  const directory = lstatSync(path);
  if (!directory.isDirectory()) throw refuse(path, 'is no directory');
  checkOwner(path, directory);
  if ((directory.mode & FOREIGN) !== 0) throw refuse(path, 'can be entered by others; chmod 700 it');
}

function checkOwner(path: string, { uid }: Stats): void {
  if (uid !== process.getuid?.()) throw refuse(path, 'belongs to another user');
}

function refuse(path: string, why: string): SecurityError {
  return new SecurityError('KEY_FILE_PERMISSIONS', `${path} ${why}`);
}
