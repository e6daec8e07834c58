/** Verifies the files of a log, in constant memory. */
import { closeSync, constants, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  allocateBytes,
  anObject,
  aString,
  concatBytes,
  InvalidArgumentError,
  optional,
  refuseUndefined,
  refuseUnknown,
} from '@nomyo/base';
import { rotatedNumbers, rotatedPath } from './files.node.js';
import { readHead } from './head.node.js';
import { MAX_LINE_BYTES, parseLine, type ChainPoint } from './line.node.js';
import { readVerifyingKey } from './signing.node.js';
import { AuditVerifier, type AuditVerdict } from './verifier.node.js';

/** Options of {@link verifyAuditLog}. */
export interface VerifyAuditOptions {
  /**
   * Path of an Ed25519 public key in PEM that must have signed every checkpoint. Default: signatures are not verified.
   */
  readonly publicKeyPath?: string;
  /** Checkpoint lines that were kept elsewhere; each must be in the log unchanged. Default: none. */
  readonly checkpoints?: readonly string[];
}

/** The findings in the files of a log. */
export interface AuditReport extends Omit<AuditVerdict, 'problem'> {
  /** The first fault, with its line counted from 1 in its file; `undefined`: every line is as it was written. */
  readonly problem: { readonly file: string; readonly line: number; readonly reason: string } | undefined;
  /** Whether there was a head; without it, lines cut off at the end go unnoticed. */
  readonly hasHead: boolean;
  /** The files, in the order of their lines. */
  readonly files: readonly string[];
}

/**
 * Verifies a log: every line of every file, rotated ones included, and its end.
 *
 * @param files one or more files of one log
 * @throws {InvalidArgumentError} on an invalid option
 * @throws {AuditError} when the public key cannot be read
 * @throws errors of the system when a file of the log cannot be read
 * @example
 * const { problem } = verifyAuditLog(['nomyo.jsonl']);
 * if (problem !== undefined) console.error(`${problem.file}: line ${problem.line}: ${problem.reason}`);
 */
export function verifyAuditLog(files: readonly string[], options: VerifyAuditOptions = {}): AuditReport {
  refuseUnknown(anObject('options', options), ['publicKeyPath', 'checkpoints']);
  refuseUndefined(options, ['publicKeyPath', 'checkpoints']);
  const keyPath = optional('publicKeyPath', options.publicKeyPath, aString, undefined);
  const publicKey = keyPath === undefined ? undefined : readVerifyingKey(keyPath, 'publicKeyPath');
  const all = auditFilesOf(files);
  // If a writer was killed between two files, only the head still has the log's name.
  const named = [...new Set([...all, ...files.map((file) => resolve(file))])];
  const heads = named.map((file) => readHead(file));
  const found = heads.filter((head) => head !== undefined && head !== 'damaged');
  const known = [...found, ...(options.checkpoints ?? []).map(pointOf)];
  const verifier = new AuditVerifier({ known, ...(publicKey === undefined ? {} : { publicKey }) });
  const damaged = named.find((_file, i) => heads[i] === 'damaged');
  return report(verifier, all, { has: heads.some((head) => head !== undefined), damaged });
}

/**
 * Lists each file with its rotated predecessors, oldest first. A writer that was killed between two files leaves only
 * rotated ones.
 *
 * @throws errors of the system when a file cannot be read
 * @example
 * for (const file of auditFilesOf(['nomyo.jsonl'])) console.log(file);
 */
export function auditFilesOf(files: readonly string[]): readonly string[] {
  const all = files
    .map((file) => resolve(aString('files', file)))
    .flatMap((file) => {
      const rotated = rotatedNumbers(file).map((number) => rotatedPath(file, number));
      return rotated.length > 0 && !existsSync(file) ? rotated : [...rotated, file];
    });
  return [...new Set(all)]
    .map((file) => ({ file, seq: firstSeqOf(file) }))
    .sort((a, b) => a.seq - b.seq)
    .map(({ file }) => file);
}

function report(
  verifier: AuditVerifier,
  files: readonly string[],
  head: { readonly has: boolean; readonly damaged: string | undefined },
): AuditReport {
  const starts: number[] = [];
  let lines = 0;
  let rest: Uint8Array = allocateBytes(0);
  for (const file of files) {
    starts.push(lines);
    // The line that a file without a final line feed ends with cannot continue in another file.
    if (rest.byteLength > 0) break;
    rest = forEachLine(file, (line) => {
      lines += 1;
      verifier.push(line);
    });
  }
  const { problem, ...verdict } = verifier.finish(rest);
  const { has: hasHead, damaged } = head;
  const headProblem =
    damaged === undefined ? undefined : { file: damaged, line: lines, reason: 'its head file is damaged' };
  return {
    ...verdict,
    problem: problem === undefined ? headProblem : placed(problem, files, starts),
    hasHead,
    files,
  };
}

function placed(
  { line, reason }: { readonly line: number; readonly reason: string },
  files: readonly string[],
  starts: readonly number[],
): AuditReport['problem'] {
  const index = Math.max(
    0,
    starts.findLastIndex((start) => start < line),
  );
  return { file: files[index] ?? '', line: line - (starts[index] ?? 0), reason };
}

/**
 * Calls `take` with each line of a file, without its line feed.
 *
 * @returns the bytes after the last line feed
 */
export function forEachLine(file: string, take: (line: Uint8Array) => void): Uint8Array {
  const fd = openSync(file, constants.O_RDONLY);
  try {
    const chunk = allocateBytes(MAX_LINE_BYTES);
    let rest: Uint8Array = allocateBytes(0);
    for (let count = readSync(fd, chunk); count > 0; count = readSync(fd, chunk)) {
      let bytes: Uint8Array = concatBytes(rest, chunk.subarray(0, count));
      for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a)) {
        take(bytes.subarray(0, end));
        bytes = bytes.subarray(end + 1);
      }
      // A line that is far too long is faulty, so its exact length does not matter.
      rest = bytes.byteLength > 4 * MAX_LINE_BYTES ? bytes.subarray(0, 2 * MAX_LINE_BYTES) : bytes;
    }
    return rest;
  } finally {
    closeSync(fd);
  }
}

/** The order of a file. One with a faulty first line comes first, so that the fault is found. */
function firstSeqOf(file: string): number {
  const text = readFirstLine(file);
  const parsed = parseLine(text);
  return typeof parsed === 'string' ? -1 : parsed.seq;
}

function readFirstLine(file: string): Uint8Array {
  const fd = openSync(file, constants.O_RDONLY);
  try {
    const bytes = allocateBytes(MAX_LINE_BYTES);
    const count = readSync(fd, bytes);
    const end = bytes.subarray(0, count).indexOf(0x0a);
    return bytes.subarray(0, end === -1 ? count : end);
  } finally {
    closeSync(fd);
  }
}

function pointOf(line: string): ChainPoint {
  const parsed = parseLine(new TextEncoder().encode(line.trim()));
  if (typeof parsed !== 'string') return { seq: parsed.seq, hash: parsed.hash };
  throw new InvalidArgumentError('checkpoints', `must be lines of an audit log: ${parsed}`);
}

/**
 * The checkpoint lines of a log, to be kept elsewhere.
 *
 * @throws errors of the system when a file cannot be read
 */
export function auditCheckpoints(files: readonly string[]): readonly string[] {
  return auditFilesOf(files).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"type":"checkpoint"')),
  );
}
