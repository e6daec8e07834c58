/**
 * Reserves disk space for the lines of admitted calls. A full disk is thus noticed before a call is sent, and a call
 * that was sent has room for its line, for which the reserve is released.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { NO_FOLLOW } from './files.node.js';

/** More than a line about a call takes, in bytes: its longest member is a name of 256 characters. */
const LINE_BYTES = 4096;

/** Space for a line that marks a torn one, a checkpoint, and the head, in bytes. */
const MORE_BYTES = 8192;

/** The reserve grows in steps of this many bytes, so that most calls cost no system call. */
const STEP_BYTES = 16_384;

/** A file next to the log that holds as many bytes as the admitted calls may need. */
export class Reserve {
  readonly #path: string;
  readonly #fd: number;
  #bytes = 0;

  /** @param file the log; the reserve is next to it  @throws an error of the system */
  constructor(file: string) {
    this.#path = `${file}.reserve`;
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | NO_FOLLOW;
    this.#fd = openSync(this.#path, flags, 0o600);
  }

  /** Makes sure that there is room for so many lines. @throws an error of the system, such as `ENOSPC` */
  hold(lines: number): void {
    const wanted = Math.ceil((MORE_BYTES + lines * LINE_BYTES) / STEP_BYTES) * STEP_BYTES;
    while (this.#bytes < wanted) {
      // Random bytes, which no file system can compress.
      this.#bytes += writeSync(this.#fd, randomBytes(wanted - this.#bytes), 0, null, this.#bytes);
    }
  }

  /** Releases the space. @returns whether there was any */
  spend(): boolean {
    if (this.#bytes === 0) return false;
    ftruncateSync(this.#fd, 0);
    this.#bytes = 0;
    return true;
  }

  close(): void {
    closeSync(this.#fd);
    rmSync(this.#path, { force: true });
  }
}
