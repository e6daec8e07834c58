/** The smallest value that fits a JSON Schema, for arguments of tools and structured answers. */
import { isJsonObject, type JsonObject } from '../protocol/payload.js';

/** Deeper schemas get `null`: a schema can refer to itself. */
const MAX_DEPTH = 16;

const EMPTY: Readonly<Record<string, unknown>> = {
  string: '',
  number: 0,
  integer: 0,
  boolean: false,
  array: [],
  null: null,
};

/** Members that are not required are left out. Knows types, enums, constants and nesting; no patterns or ranges. */
export function sampleOf(schema: unknown, depth = 0): unknown {
  if (!isJsonObject(schema) || depth > MAX_DEPTH) return null;
  if ('const' in schema) return schema['const'];
  const options: unknown = schema['enum'];
  if (Array.isArray(options)) return options[0];
  const type: unknown = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  if (type === 'object' || isJsonObject(schema['properties'])) return sampleObject(schema, depth);
  return typeof type === 'string' ? (EMPTY[type] ?? null) : null;
}

function sampleObject(schema: JsonObject, depth: number): JsonObject {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const names = Object.keys(properties).filter((name) => required.includes(name));
  return Object.fromEntries(names.map((name) => [name, sampleOf(properties[name], depth + 1)]));
}
