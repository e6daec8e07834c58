import type { HttpClientOptions } from '@nomyo/transport';

/** The interface of a client to its runtime. `#env` resolves to its implementation. */
export interface Environment {
  /** Whether the user of the page can read an API key. */
  readonly isBrowser: boolean;
  /** Default directory of keys; `null`: in memory only. */
  readonly defaultKeyDir: string | null;
  /** Returns an environment variable; an empty one counts as unset. */
  readonly variable: (name: string) => string | undefined;
  /** Returns the proxy, from the options or the environment, and the hosts that are reached without it. */
  readonly proxyOf: (proxy: string | undefined) => Pick<HttpClientOptions, 'proxy' | 'noProxy'>;
  /** Publishes an event to listeners in this process, such as a tracing library; `message` is its name. */
  readonly publish: (entry: { readonly message: string }) => void;
  /**
   * SHA-256 (FIPS 180-4) of ciphertext that is whole, in lower-case hexadecimal. The bytes may be overwritten
   * afterwards.
   */
  readonly sha256: (bytes: Uint8Array) => string | Promise<string>;
  /** SHA-256 of ciphertext that arrives in pieces. */
  readonly createSha256: () => Hash;
  /** A `Response` of JSON, as text or as what `JSON.parse` made, which belongs to the response from now on. */
  readonly jsonResponse: (content: string | object, init: ResponseInit) => Response;
}

/** A hash over bytes that arrive in pieces. */
export interface Hash {
  /** Adds a piece, which may be overwritten afterwards. */
  update(bytes: Uint8Array): void;
  /** Returns the hash in lower-case hexadecimal. */
  digest(): Promise<string>;
}
