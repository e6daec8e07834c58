/**
 * Checks a log line by line, across all its files in order. It holds one line at a time, and stops at the first fault.
 */
import { verify, type KeyObject } from 'node:crypto';
import { bytesOf, concatBytes } from '@nomyo/base';
import { decodeBase64 } from '@nomyo/crypto';
import { MAX_LINE_BYTES, parseLine, sha256, START, type ChainPoint, type ParsedLine } from './line.node.js';

/** The first fault. */
export interface AuditProblem {
  /** Number of the line since the verifier was created, from 1; one past the last if lines are missing at the end. */
  readonly line: number;
  /** The fault, in words. */
  readonly reason: string;
}

/** The findings. */
export interface AuditVerdict {
  /** `undefined`: every line is as it was written. */
  readonly problem: AuditProblem | undefined;
  /** Number of lines checked. */
  readonly lines: number;
  /** Number of lines about calls. */
  readonly calls: number;
  /** Number of torn lines, left by a writer that was killed and marked by the next one. */
  readonly torn: number;
  /** Number of checkpoints whose signature was verified. */
  readonly signatures: number;
  /** Number of lines after the last of these, which no checkpoint covers. */
  readonly unsigned: number;
  /** The last line. */
  readonly end: ChainPoint;
}

/** Options of {@link AuditVerifier}. */
export interface AuditVerifierOptions {
  /** Points of the chain known from elsewhere, such as the head, or checkpoints on another machine. Default: none. */
  readonly known?: readonly ChainPoint[];
  /** Ed25519 public key that must have signed every checkpoint. Default: signatures are not verified. */
  readonly publicKey?: KeyObject;
  /** The point at which the lines begin. Default: the beginning of the log. */
  readonly start?: ChainPoint;
}

/** The prefix of the text that a checkpoint signs. */
export const CHECKPOINT_DOMAIN = 'nomyo/audit checkpoint\0';

/** Most torn lines in a row: writers killed one after the other, each while marking what the one before left. */
const MAX_TORN_LINES = 16;

/** A writer's record of the torn lines it found. */
export function tornMark(lines: readonly Uint8Array[]): { readonly bytes: number; readonly sha256: string } {
  const content = concatBytes(...lines.flatMap((line, i) => (i === 0 ? [line] : [LINE_FEED, line])));
  return { bytes: content.byteLength, sha256: sha256(content) };
}

const LINE_FEED = bytesOf(0x0a);

/**
 * Verifies the lines of a log.
 *
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
  /** Faulty lines, unless the next line states that a writer was killed while writing them. */
  #doubt: { readonly problem: AuditProblem; readonly lines: readonly Uint8Array[] } | undefined;
  readonly #counts = { calls: 0, torn: 0, signatures: 0, unsigned: 0 };

  constructor({ known = [], publicKey, start = START }: AuditVerifierOptions = {}) {
    this.#known = new Map(known.map(({ seq, hash }) => [seq, hash]));
    this.#publicKey = publicKey;
    this.#end = start;
  }

  /** Whether a fault was found; further lines are then ignored. */
  get failed(): boolean {
    return this.#problem !== undefined;
  }

  /** Checks the next line. @param line without its line feed */
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

  /**
   * Returns the findings.
   *
   * @param rest bytes after the last line feed: a line that was cut off. Default: none
   */
  finish(rest: Uint8Array = bytesOf()): AuditVerdict {
    if (!this.failed && rest.byteLength > 0) {
      this.#problem = this.#doubt?.problem ?? {
        line: this.#line + 1,
        reason: 'it is torn: its writer was killed while writing it, or it was cut off',
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

  /** Takes a complete line after torn ones: either it explains them, or the first of them is a fault. */
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
      return 'it is not the line that the head or a checkpoint recorded';
    }
    if (parsed.type === 'cut') return 'lines before it were cut off, as the next writer found';
    return parsed.type === 'checkpoint' ? this.#wrongSignature(parsed) : undefined;
  }

  #wrongSignature({ signed }: ParsedLine): string | undefined {
    if (signed === undefined) return 'it is a checkpoint without a signature';
    if (this.#publicKey === undefined) return undefined;
    const text = new TextEncoder().encode(CHECKPOINT_DOMAIN + signed.text);
    const isGood = verify(null, text, this.#publicKey, decodeBase64(signed.signature));
    return isGood ? undefined : 'its signature was not made with this key';
  }

  #missingEnd(): AuditProblem | undefined {
    const last = Math.max(-1, ...this.#known.keys());
    if (last <= this.#end.seq) return undefined;
    const missing = String(last - this.#end.seq);
    return { line: this.#line + 1, reason: `at least ${missing} lines were cut off here` };
  }
}
