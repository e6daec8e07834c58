/** The head of a log: number and hash of its last line, in a file next to it. It reveals that a log was cut short. */
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { NO_FOLLOW } from './files.node.js';
import type { ChainPoint } from './line.node.js';
import { codeOf } from './system.js';

/** Fixed width, so that the head can be overwritten in one step. */
const SEQ_WIDTH = 16;

const HEAD = /^\{"seq": *(\d{1,16}),"hash":"([0-9a-f]{64})"\}\n$/;

function headPath(file: string): string {
  return `${file}.head`;
}

/** Reads the head. @returns `undefined` when there is none; `damaged` when it is malformed */
export function readHead(file: string): ChainPoint | 'damaged' | undefined {
  let text: string;
  try {
    text = readFileSync(headPath(file), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  // The writer was killed after creating the file, before the first line.
  if (text === '') return undefined;
  const [, seq, hash] = HEAD.exec(text) ?? [];
  return hash === undefined ? 'damaged' : { seq: Number(seq), hash };
}

/** Writes the head of one log after each line. */
export class HeadFile {
  readonly #fd: number;

  constructor(file: string) {
    const flags = constants.O_WRONLY | constants.O_CREAT | NO_FOLLOW;
    this.#fd = openSync(headPath(file), flags, 0o600);
  }

  write({ seq, hash }: ChainPoint): void {
    writeSync(this.#fd, `{"seq":${String(seq).padStart(SEQ_WIDTH)},"hash":"${hash}"}\n`, 0);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
