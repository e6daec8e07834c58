/**
 * One line of a journal: a checksum, a record in JSON, and for an answer a tab and the line of the output as it is. Pure.
 *
 *     CRC32 (8 hex digits) SP record [TAB line] LF
 *
 * JSON has neither tabs nor line feeds outside of its spaces, and none is written there.
 */
import { crc32 } from 'node:zlib';
import { isObject, utf8Decode, utf8Encode } from '@nomyo/base';

/** First and last index of each run of lines. */
export type Runs = readonly (readonly [number, number])[];

/** Lines that were chosen with --retry. */
export interface SelectedLines {
  /** Of the file that chose them, in hex. */
  readonly sha256: string;
  readonly runs: Runs;
}

/** The settings of a run, apart from its input. A resumed batch must have the same. */
export interface Asked {
  /** For lines that name none; `null` when every line names one. */
  readonly model: string | null;
  readonly tier: string | null;
  /** Where the lines go: a base URL, or `--local`; `null`: the service, or a queue. It may change, which is told. */
  readonly router: string | null;
}

/** The head of the journal: the batch it belongs to. */
export interface Header {
  readonly kind: 'batch';
  readonly v: number;
  readonly asked: Asked;
  /** Where failed lines go, relative to the directory of the output; `null`: among the answers. */
  readonly errors: string | null;
  /** Absolute. */
  readonly input: string;
  /** Hex. */
  readonly inputSha256: string;
  readonly lines: number;
  /** Which lines take part, where --retry chose some; `null`: all. */
  readonly selection: SelectedLines | null;
  /** Fingerprint of the key that results are sealed to; `null`: they are in the clear. */
  readonly sealedTo: string | null;
  readonly startedAt: string;
  /** Whose jobs are in the queue; `null`: this machine sends the lines itself. */
  readonly fleet: { readonly id: string; readonly secret: string } | null;
}

/** A line is about to be sent. */
export interface Sent {
  readonly kind: 'sent';
  readonly index: number;
}

/** A line that was about to be sent was certainly not. */
export interface Unsent {
  readonly kind: 'unsent';
  readonly index: number;
}

/** A line has its answer, or failed for good. */
export interface Done {
  readonly kind: 'done';
  readonly index: number;
  readonly ok: boolean;
  /** Tokens, as the router counted them. */
  readonly input: number;
  readonly output: number;
}

/** The cost of an earlier round whose answers are kept, when failed lines are tried again. */
export interface Spent {
  readonly kind: 'spent';
  readonly input: number;
  readonly output: number;
}

/** The key that workers seal results to, so that no later run drops those that its own key cannot open. */
export interface ReplyKey {
  readonly kind: 'key';
  readonly fingerprint: string;
}

/** The batch is finished: its outputs are in their places. */
export interface End {
  readonly kind: 'end';
  readonly answered: number;
  readonly failed: number;
  readonly input: number;
  readonly output: number;
  readonly failures: Runs;
  /** Absolute. `errorsPath` is `null` when failed lines are in the output. */
  readonly outputPath: string;
  readonly errorsPath: string | null;
  /** SHA-256 of both files, in hex: shows that one was edited before its lines are tried again. */
  readonly outputSha256: string;
  readonly errorsSha256: string | null;
}

/** Stands in for a journal next to a file of errors: says where the journal is. */
export interface See {
  readonly kind: 'see';
  readonly v: 1;
  readonly output: string;
}

/** Any line of a journal. */
export type JournalRecord = Header | Sent | Unsent | Done | Spent | ReplyKey | End | See;

const CHECKSUM_DIGITS = 8;
const TAB = 0x09;

/** Where the record begins, after the checksum and a space. */
const RECORD_START = CHECKSUM_DIGITS + 1;

/** A line, and where in it the output's line stands. */
export interface EncodedRecord {
  readonly bytes: Uint8Array;
  readonly lineStart: number;
  readonly lineLength: number;
}

/** A record as the journal holds it, with its checksum and a line feed. */
export function encodeRecord(record: JournalRecord, line?: Uint8Array): EncodedRecord {
  const json = utf8Encode(JSON.stringify(record));
  const length = line === undefined ? 0 : line.byteLength + 1;
  const bytes = new Uint8Array(new ArrayBuffer(RECORD_START + json.byteLength + length + 1));
  bytes.set(json, RECORD_START);
  const lineStart = RECORD_START + json.byteLength + 1;
  if (line !== undefined) {
    bytes[lineStart - 1] = TAB;
    bytes.set(line, lineStart);
  }
  bytes[bytes.byteLength - 1] = 0x0a;
  const checksum = crc32(bytes.subarray(RECORD_START, -1)).toString(16).padStart(CHECKSUM_DIGITS, '0');
  bytes.set(utf8Encode(`${checksum} `));
  return { bytes, lineStart, lineLength: line?.byteLength ?? 0 };
}

/** A record that was read. */
export interface DecodedRecord {
  readonly record: JournalRecord;
  /** From the start of the journal's line, in bytes. */
  readonly lineStart: number;
  readonly lineLength: number;
}

/** @returns `undefined` for a line that is damaged */
export function decodeRecord(bytes: Uint8Array): DecodedRecord | undefined {
  if (bytes.byteLength <= RECORD_START) return undefined;
  const checksum = crc32(bytes.subarray(RECORD_START)).toString(16).padStart(CHECKSUM_DIGITS, '0');
  if (!utf8Encode(`${checksum} `).every((byte, at) => bytes[at] === byte)) return undefined;
  const tab = bytes.indexOf(TAB, RECORD_START);
  const end = tab < 0 ? bytes.byteLength : tab;
  const record: unknown = JSON.parse(utf8Decode(bytes.subarray(RECORD_START, end)));
  if (!isRecord(record)) return undefined;
  const lineStart = Math.min(end + 1, bytes.byteLength);
  return { record, lineStart, lineLength: bytes.byteLength - lineStart };
}

const KINDS: readonly string[] = ['batch', 'sent', 'unsent', 'done', 'spent', 'key', 'end', 'see'];

/** The checksum says that this program has written it. */
function isRecord(value: unknown): value is JournalRecord {
  return isObject(value) && typeof value['kind'] === 'string' && KINDS.includes(value['kind']);
}
