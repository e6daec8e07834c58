/** Looks at the whole input before anything is sent, in memory that grows by some bytes a line. */
import { createHash, hash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isObject } from '@nomyo/base';
import { UsageError } from '../../exit/codes.js';
import { GrowingUint32 } from './growing.js';
import { IdTable } from './id-table.js';
import { readInput, type InputLine } from './read-input.js';
import { LineError, parseRequest, type BatchRequest } from './request.js';
import { tokenBound } from './tokens.js';

/** What is known of an input that is right. */
export interface CheckedInput {
  readonly path: string;
  /** Hex, of the whole file. */
  readonly sha256: string;
  /** Requests in it. */
  readonly count: number;
  readonly ids: IdTable;
  /** Requests by model and by url. */
  readonly models: ReadonlyMap<string, number>;
  readonly urls: ReadonlyMap<string, number>;
  /** Of all bodies, in bytes. */
  readonly bodyBytes: number;
  /** The longest answers together, in tokens, as far as the lines say so. */
  readonly maxOutputTokens: number;
  /** Requests that do not say how long an answer may be. */
  readonly unbounded: number;
  /** @returns whether a line is still what it was when it was checked */
  isSame(line: InputLine): boolean;
}

/**
 * @param defaultModel for lines that name none
 * @throws {UsageError} naming the first line that is wrong
 */
export async function checkInput(
  path: string,
  defaultModel: string | undefined,
  signal: AbortSignal,
): Promise<CheckedInput> {
  await refuseSpecialFile(path);
  const check = new InputCheck(path, defaultModel);
  const whole = createHash('sha256');
  for await (const line of readInput(path, (bytes) => whole.update(bytes))) {
    signal.throwIfAborted();
    check.add(line);
  }
  if (check.count === 0) throw new UsageError(`${path}: line 1 is missing: there is no request in it`);
  return check.result(whole.digest('hex'));
}

/** A pipe could be read once only, and an input is read twice: to be checked, and to be sent. */
async function refuseSpecialFile(path: string): Promise<void> {
  let isFile: boolean;
  try {
    isFile = (await stat(path)).isFile();
  } catch (error) {
    const code = isObject(error) ? String(error['code']) : 'unknown error';
    throw new UsageError(`${path} cannot be read (${code})`);
  }
  if (!isFile) throw new UsageError(`${path} must be a file: it is checked as a whole before a line is sent`);
}

class InputCheck {
  readonly #path: string;
  readonly #defaultModel: string | undefined;
  readonly #ids = new IdTable();
  readonly #marks = new GrowingUint32();
  readonly #numbers = new GrowingUint32();
  readonly #models = new Map<string, number>();
  readonly #urls = new Map<string, number>();
  readonly #totals = { bodyBytes: 0, maxOutputTokens: 0, unbounded: 0 };

  constructor(path: string, defaultModel: string | undefined) {
    this.#path = path;
    this.#defaultModel = defaultModel;
  }

  get count(): number {
    return this.#marks.length;
  }

  add(line: InputLine): void {
    try {
      this.#take(line, parseRequest(line.text, this.#defaultModel));
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      throw new UsageError(`${this.#path}: line ${String(line.number)}: ${error.message}`);
    }
  }

  result(sha256: string): CheckedInput {
    const marks = this.#marks;
    return {
      path: this.#path,
      sha256,
      count: this.count,
      ids: this.#ids,
      models: this.#models,
      urls: this.#urls,
      ...this.#totals,
      isSame: ({ index, text }) => index < marks.length && marks.at(index) === markOf(text),
    };
  }

  #take({ index, number, text }: InputLine, request: BatchRequest): void {
    const twin = this.#ids.add(request.customId, index);
    if (twin !== undefined) {
      throw new LineError(`custom_id is that of line ${String(this.#numbers.at(twin))}, too`);
    }
    this.#marks.push(markOf(text));
    this.#numbers.push(number);
    count(this.#models, String(request.body['model']));
    count(this.#urls, request.url);
    const bytes = Buffer.byteLength(JSON.stringify(request.body));
    const { output } = tokenBound(request, bytes);
    this.#totals.bodyBytes += bytes;
    if (output === undefined) this.#totals.unbounded += 1;
    else this.#totals.maxOutputTokens += output;
  }
}

/** Tells an input that is edited while it is read; the whole file has its SHA-256. */
const markOf = (text: string): number => hash('sha256', text, 'buffer').readUInt32LE(0);

/** So many models are told apart; a file with a model of its own for every line would fill the memory. */
const MAX_NAMES = 1000;

function count(names: Map<string, number>, name: string): void {
  const key = names.has(name) || names.size < MAX_NAMES ? name : 'others';
  names.set(key, (names.get(key) ?? 0) + 1);
}
