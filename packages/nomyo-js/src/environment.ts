import type { HttpClientOptions } from '@nomyo/transport';

/** The interface of a client to its runtime. `#env` resolves to its implementation. */
export interface Environment {
  /** Whether the user of the page can read an API key. */
  readonly isBrowser: boolean;
  /** Where keys are kept unless the caller says otherwise; `null`: in memory only. */
  readonly defaultKeyDir: string | null;
  /** An environment variable. One that is empty counts as none. */
  readonly variable: (name: string) => string | undefined;
  /** How a proxy is reached, and what is reached without: the one of the options, or of the environment. */
  readonly proxyOf: (proxy: string | undefined) => Pick<HttpClientOptions, 'proxy' | 'noProxy'>;
  /** Publishes to listeners in this process, such as a tracing library; `message` is the name of the event. */
  readonly publish: (entry: { readonly message: string }) => void;
  /** SHA-256 (FIPS 180-4) of ciphertext that is whole, in lower-case hexadecimal. The bytes may be overwritten afterwards. */
  readonly sha256: (bytes: Uint8Array) => string | Promise<string>;
  /** The same of ciphertext that comes in pieces. */
  readonly createSha256: () => Hash;
  /** A `Response` of JSON, as text or as what `JSON.parse` made, which belongs to the response from now on. */
  readonly jsonResponse: (content: string | object, init: ResponseInit) => Response;
}

/** A hash over bytes that come in pieces. */
export interface Hash {
  /** The bytes may be overwritten afterwards. */
  update(bytes: Uint8Array): void;
  /** In lower-case hexadecimal. */
  digest(): Promise<string>;
}
