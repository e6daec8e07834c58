/** Files that the user names. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { concatBytes, isObject, wipe } from '@nomyo/base';
import { UsageError } from '../exit/codes.js';
import { withoutHandlersUntil } from '../signals.js';

/** Certificates, schemas, settings: more is another file. */
const MAX_BYTES = 4 * 1024 * 1024;

/** How much is read, and how a file that holds more is told. */
export interface ReadLimit {
  readonly bytes: number;
  /** Such as `10 MiB, the limit of a request`. */
  readonly text: string;
}

const LIMIT: ReadLimit = { bytes: MAX_BYTES, text: '4 MiB' };

/**
 * Reads a whole file, which may be a pipe.
 *
 * @param what how the error names it, such as `--schema: answer.json`
 * @throws {UsageError} when it cannot be read, or holds too much: then the rest stays unread
 */
export async function readBytes(path: string, what: string, limit: ReadLimit = LIMIT): Promise<Buffer> {
  const pieces: Buffer[] = [];
  try {
    await whileReading(path, async () => {
      // `end` is the last byte, so this is one more than the limit.
      for await (const piece of createReadStream(path, { end: limit.bytes })) {
        if (Buffer.isBuffer(piece)) pieces.push(piece);
      }
    });
  } catch (error) {
    throw new UsageError(`${what} cannot be read (${codeOf(error)})`);
  }
  const whole = concatBytes(...pieces);
  // It may hold what is secret: text for a model, or a private key that was named by mistake.
  pieces.forEach(wipe);
  if (whole.byteLength > limit.bytes) throw new UsageError(`${what} has more than ${limit.text}`);
  return Buffer.from(whole.buffer);
}

/** Reads a file. Ctrl-C ends the process where it is a pipe, whose writer may never come. */
export async function whileReading(path: string, read: () => Promise<void>): Promise<void> {
  const isFile = (await stat(path)).isFile();
  await (isFile ? read() : withoutHandlersUntil('SIGINT', read));
}

/** Text in UTF-8. Invalid bytes are replaced: comments around a certificate may be in any encoding. */
export const readText = async (path: string, flag: string): Promise<string> =>
  (await readBytes(path, `${flag}: ${path}`)).toString('utf8');

/** The code of a failed system call, such as `ENOENT`. */
export function codeOf(error: unknown): string {
  const code = isObject(error) ? error['code'] : undefined;
  return typeof code === 'string' ? code : 'unknown error';
}
