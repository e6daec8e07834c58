/** `--schema FILE`: the form of the answer. */
import { isObject } from '@nomyo/base';
import type { ResponseFormat } from 'nomyo-js';
import { readText } from '../../client/config.js';
import { UsageError } from '../../exit/codes.js';

/** What OpenAI's API permits in the name of a schema. */
const NAME = /^[\w-]{1,64}$/u;
const DEFAULT_NAME = 'answer';

/** @throws {UsageError} when the file is no JSON object */
export async function readSchema(path: string): Promise<ResponseFormat> {
  const text = await readText(path, '--schema');
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch {
    throw new UsageError(`--schema: ${path} is not JSON`);
  }
  if (!isObject(schema)) {
    throw new UsageError(`--schema: ${path} must hold a JSON Schema, which is an object`);
  }
  const title = schema['title'];
  const name = typeof title === 'string' && NAME.test(title) ? title : DEFAULT_NAME;
  return { type: 'json_schema', json_schema: { name, schema, strict: true } };
}
