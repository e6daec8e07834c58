/** Checks a log line by line, over all its files in order. It keeps no more than one line, and stops at the first wrong one. */
import { verify, type KeyObject } from 'node:crypto';
import { bytesOf, concatBytes } from '@nomyo/base';
import { decodeBase64 } from '@nomyo/crypto';
import { MAX_LINE_BYTES, parseLine, sha256, START, type ChainPoint, type ParsedLine } from './line.node.js';

/** The first thing that is wrong. */
export interface AuditProblem {
  /** Number of the line since the verifier was made, from 1; where lines are missing at the end, one more than the last. */
  readonly line: number;
  /** The fault, in words. */
  readonly reason: string;
}

/** The findings. */
export interface AuditVerdict {
  /** `undefined`: every line is as it was written. */
  readonly problem: AuditProblem | undefined;
  /** Lines that were checked. */
  readonly lines: number;
  readonly calls: number;
  /** Lines that a writer was killed in, and the next one marked. */
  readonly torn: number;
  /** Checkpoints whose signature was checked. */
  readonly signatures: number;
  /** Lines after the last of these, which no checkpoint covers. */
  readonly unsigned: number;
  /** The last line. */
  readonly end: ChainPoint;
}

/** Options of {@link AuditVerifier}. */
export interface AuditVerifierOptions {
  /** Points of the chain that are known from elsewhere, such as the head, or checkpoints on another machine. */
  readonly known?: readonly ChainPoint[];
  /** Ed25519: checks the signature of every checkpoint, and refuses a checkpoint of any other key. */
  readonly publicKey?: KeyObject;
  /** Where the lines begin. Default: at the beginning of the log. */
  readonly start?: ChainPoint;
}

/** The prefix that a checkpoint signs before its text. */
export const CHECKPOINT_DOMAIN = 'nomyo/audit checkpoint\0';

/** Writers that may be killed in a row while each marks what the one before left. */
const MAX_TORN_LINES = 16;

/** A writer's record of the torn lines it found. */
export function tornMark(lines: readonly Uint8Array[]): { readonly bytes: number; readonly sha256: string } {
  const content = concatBytes(...lines.flatMap((line, i) => (i === 0 ? [line] : [LINE_FEED, line])));
  return { bytes: content.byteLength, sha256: sha256(content) };
}

const LINE_FEED = bytesOf(0x0a);

/**
 * @example
 * const verifier = new AuditVerifier();
 * for (const line of lines) verifier.push(line);
 * const { problem } = verifier.finish();
 */
export class AuditVerifier {
  readonly #known: ReadonlyMap<number, string>;
  readonly #publicKey: KeyObject | undefined;
  #end: ChainPoint;
  #line = 0;
  #problem: AuditProblem | undefined;
  /** Lines that are wrong, unless the next one says that a writer was killed in them. */
  #doubt: { readonly problem: AuditProblem; readonly lines: readonly Uint8Array[] } | undefined;
  readonly #counts = { calls: 0, torn: 0, signatures: 0, unsigned: 0 };

  constructor({ known = [], publicKey, start = START }: AuditVerifierOptions = {}) {
    this.#known = new Map(known.map(({ seq, hash }) => [seq, hash]));
    this.#publicKey = publicKey;
    this.#end = start;
  }

  /** Whether the first wrong line was found: the rest is not looked at. */
  get failed(): boolean {
    return this.#problem !== undefined;
  }

  /** @param line without its line feed */
  push(line: Uint8Array | string): void {
    if (this.failed) return;
    this.#line += 1;
    const bytes = typeof line === 'string' ? new TextEncoder().encode(line) : line;
    const parsed = parseLine(bytes);
    const reason = typeof parsed === 'string' ? parsed : this.#wrongPlace(parsed);
    if (typeof parsed === 'string') this.#doubtLine(bytes, parsed);
    else if (this.#doubt !== undefined) this.#settleDoubt(parsed, reason);
    else if (reason !== undefined) this.#problem = { line: this.#line, reason };
    else this.#take(parsed);
  }

  /** @param rest what follows the last line feed: a line that was cut off */
  finish(rest: Uint8Array = bytesOf()): AuditVerdict {
    if (!this.failed && rest.byteLength > 0) {
      this.#problem = this.#doubt?.problem ?? {
        line: this.#line + 1,
        reason: 'it is torn: its writer was killed in it, or it was cut off',
      };
    }
    this.#problem ??= this.#doubt?.problem ?? this.#missingEnd();
    return { problem: this.#problem, lines: this.#line, ...this.#counts, end: this.#end };
  }

  #doubtLine(bytes: Uint8Array, reason: string): void {
    const { problem, lines } = this.#doubt ?? { problem: { line: this.#line, reason }, lines: [] };
    this.#doubt = { problem, lines: [...lines, concatBytes(bytes)] };
    if (bytes.byteLength > MAX_LINE_BYTES || lines.length >= MAX_TORN_LINES) this.#problem = problem;
  }

  /** A whole line after lines that are not: it explains them, or the first of them is wrong. */
  #settleDoubt(parsed: ParsedLine, reason: string | undefined): void {
    const { problem, lines = [] } = this.#doubt ?? {};
    this.#doubt = undefined;
    const { bytes, sha256: digest } = tornMark(lines);
    const { members, type } = parsed;
    if (
      reason === undefined &&
      type === 'torn' &&
      members['bytes'] === bytes &&
      members['sha256'] === digest
    ) {
      this.#counts.torn += 1;
      this.#take(parsed);
    } else {
      this.#problem = problem;
    }
  }

  #take(parsed: ParsedLine): void {
    this.#end = { seq: parsed.seq, hash: parsed.hash };
    this.#counts.calls += parsed.type === 'call' ? 1 : 0;
    const isChecked = parsed.type === 'checkpoint' && this.#publicKey !== undefined;
    this.#counts.signatures += isChecked ? 1 : 0;
    this.#counts.unsigned = isChecked ? 0 : this.#counts.unsigned + 1;
  }

  /** The fault in a whole line at this place, or `undefined`. */
  #wrongPlace(parsed: ParsedLine): string | undefined {
    const { seq, hash } = this.#end;
    if (parsed.seq > seq + 1) return `${String(parsed.seq - seq - 1)} lines before it are missing`;
    if (parsed.seq <= seq) return 'it was moved or inserted here';
    if (parsed.prev !== hash) return 'it does not follow the line before it';
    const known = this.#known.get(parsed.seq);
    if (known !== undefined && known !== parsed.hash) {
      return 'it is not the line that a checkpoint was made of';
    }
    if (parsed.type === 'cut') return 'lines before it were cut off, as the next writer found';
    return parsed.type === 'checkpoint' ? this.#wrongSignature(parsed) : undefined;
  }

  #wrongSignature({ signed }: ParsedLine): string | undefined {
    if (signed === undefined) return 'it is a checkpoint without a signature';
    if (this.#publicKey === undefined) return undefined;
    const text = new TextEncoder().encode(CHECKPOINT_DOMAIN + signed.text);
    const isGood = verify(null, text, this.#publicKey, decodeBase64(signed.signature));
    return isGood ? undefined : 'its signature is not of this key';
  }

  #missingEnd(): AuditProblem | undefined {
    const last = Math.max(-1, ...this.#known.keys());
    if (last <= this.#end.seq) return undefined;
    const missing = String(last - this.#end.seq);
    return { line: this.#line + 1, reason: `at least ${missing} lines were cut off here` };
  }
}
