/** Looks at the whole input before anything is sent, in memory that grows by some bytes a line. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isObject } from '@nomyo/base';
import { UsageError } from '../../exit/codes.js';
import { GrowingUint32 } from './growing.js';
import { IdTable } from './id-table.js';
import { readInput, type InputLine } from './read-input.js';
import { LineError, parseRequest, refuseUnsendable, type BatchRequest } from './request.js';

/** The facts about a valid input. */
export interface CheckedInput {
  readonly path: string;
  /** Hex, of the whole file. */
  readonly sha256: string;
  /** Requests in it. */
  readonly count: number;
  readonly ids: IdTable;
  /** Lines name no model, and take that of --model. */
  readonly takesModel: boolean;
  /** @returns whether a line is still what it was when it was checked */
  isSame(line: InputLine): boolean;
}

/** How an input is looked at. */
export interface CheckParts {
  /** For lines that name none. */
  readonly defaultModel: string | undefined;
  readonly signal: AbortSignal;
}

/** @throws {UsageError} naming the first line that is wrong */
export async function checkInput(path: string, parts: CheckParts): Promise<CheckedInput> {
  await refuseSpecialFile(path);
  const { defaultModel, signal } = parts;
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
  #takesModel = false;

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
      takesModel: this.#takesModel,
      isSame: ({ index, mark }) => index < marks.length && marks.at(index) === mark,
    };
  }

  #take({ index, number, text, mark }: InputLine, request: BatchRequest): void {
    refuseUnsendable(text, request.body);
    const twin = this.#ids.add(request.customId, index);
    if (twin !== undefined) {
      throw new LineError(`custom_id is that of line ${String(this.#numbers.at(twin))}, too`);
    }
    this.#marks.push(mark);
    this.#numbers.push(number);
    this.#takesModel ||= request.takesModel;
  }
}
