/** The keyed hashes by which observers tell API keys apart. */
import type { AdmittedRequest } from './observer.js';

type MacOf = AdmittedRequest['macOfApiKey'];

/** Caches the hashes of the last API key, one per observer, because most calls of a client use the same key. */
export class ApiKeyMacs {
  #last: { readonly apiKey: string | undefined; readonly macOf: MacOf } | undefined;

  of(apiKey: string | undefined): MacOf {
    if (this.#last === undefined || this.#last.apiKey !== apiKey) {
      this.#last = { apiKey, macOf: macsOf(apiKey) };
    }
    return this.#last.macOf;
  }
}

function macsOf(apiKey: string | undefined): MacOf {
  if (apiKey === undefined) return () => Promise.resolve(undefined);
  const known = new WeakMap<Parameters<MacOf>[0], Promise<Uint8Array>>();
  return (mac) => {
    const made = known.get(mac) ?? mac(new TextEncoder().encode(apiKey));
    known.set(mac, made);
    made.catch(() => known.delete(mac));
    return made;
  };
}
