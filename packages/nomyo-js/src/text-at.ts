/** Short texts in JSON that stays bytes. Loaded where an answer stays bytes, or a policy looks into a request. */
import { selectText, type JsonPath } from '@nomyo/crypto';

/** `undefined` when there is no text at `path`, or one that is longer than `maxBytes`. */
export function textAt(json: Uint8Array, path: JsonPath, maxBytes?: number): string | undefined {
  return selectText(json, path)?.use((bytes) =>
    maxBytes !== undefined && bytes.byteLength > maxBytes ? undefined : new TextDecoder().decode(bytes),
  );
}
