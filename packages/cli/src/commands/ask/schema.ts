/** `--schema FILE`: the form of the answer. */
import { isObject } from '@nomyo/base';
import type { ResponseFormat } from 'nomyo-js';
import { UsageError } from '../../exit/codes.js';
import { readBytes } from '../../io/file.js';
import { parseJson } from '../../io/json.js';

/** The characters that OpenAI's API permits in the name of a schema. */
const NAME = /^[\w-]{1,64}$/u;
const DEFAULT_NAME = 'answer';

/** @throws {UsageError} when the file is no JSON object */
export async function readSchema(path: string): Promise<ResponseFormat> {
  const schema = parseJson(await readBytes(path, `--schema: ${path}`), `--schema: ${path}`);
  if (!isObject(schema)) {
    throw new UsageError(`--schema: ${path} must hold a JSON Schema, which is an object`);
  }
  const title = schema['title'];
  const name = typeof title === 'string' && NAME.test(title) ? title : DEFAULT_NAME;
  return { type: 'json_schema', json_schema: { name, schema, strict: true } };
}
