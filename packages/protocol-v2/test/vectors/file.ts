/** A vector file, read with care: it may be anybody's. */
import { fromHex } from '../../src/layout.js';

/** The file holds no vectors, or a case lacks a member. */
export class VectorError extends Error {}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One object of the file. */
export class Case {
  readonly #members: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    if (!isRecord(value)) throw new VectorError('a case must be an object');
    this.#members = value;
  }

  has(name: string): boolean {
    return this.#members[name] !== undefined && this.#members[name] !== null;
  }

  text(name: string): string {
    const value = this.#members[name];
    if (typeof value !== 'string') throw new VectorError(`"${name}" must be a string`);
    return value;
  }

  hex(name: string): Uint8Array<ArrayBuffer> {
    const bytes = fromHex(this.text(name));
    if (bytes === undefined) throw new VectorError(`"${name}" must be hexadecimal`);
    return bytes;
  }

  number(name: string): number {
    const value = this.#members[name];
    if (typeof value !== 'number') throw new VectorError(`"${name}" must be a number`);
    return value;
  }

  values(name: string): readonly unknown[] {
    const value = this.#members[name];
    if (!Array.isArray(value)) throw new VectorError(`"${name}" must be a list`);
    return value;
  }

  list(name: string): readonly Case[] {
    return this.values(name).map((value) => new Case(value));
  }

  object(name: string): Case {
    return new Case(this.#members[name]);
  }

  optional<T>(name: string, read: (name: string) => T): T | undefined {
    return this.has(name) ? read(name) : undefined;
  }

  get names(): readonly string[] {
    return Object.keys(this.#members);
  }

  /** The plain value, to be compared. */
  raw(name: string): unknown {
    return this.#members[name];
  }
}

/** @throws {VectorError} on anything that is no JSON object */
export function parseVectors(text: string): Case {
  try {
    const parsed: unknown = JSON.parse(text);
    return new Case(parsed);
  } catch (error) {
    if (error instanceof VectorError) throw new VectorError('the file must hold a JSON object');
    throw new VectorError('the file is no JSON');
  }
}
