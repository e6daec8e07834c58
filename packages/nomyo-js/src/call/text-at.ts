/** Reads short texts from JSON in bytes. Loaded for `createRaw()`, and for a policy that checks requests. */
import { selectText, type JsonPath } from '@nomyo/crypto';

/** The text at `path`; `undefined` if there is none, or one longer than `maxBytes`. */
export function textAt(json: Uint8Array, path: JsonPath, maxBytes?: number): string | undefined {
  return selectText(json, path)?.use((bytes) =>
    maxBytes !== undefined && bytes.byteLength > maxBytes ? undefined : new TextDecoder().decode(bytes),
  );
}
