/** What a client asks of its runtime. `#env` resolves to the answer. */
export interface Environment {
  /** Whether the user of the page can read an API key. */
  readonly isBrowser: boolean;
  /** Where keys are kept unless the caller says otherwise; `null`: in memory only. */
  readonly defaultKeyDir: string | null;
  /** An environment variable; one that is empty counts as none. */
  readonly variable: (name: string) => string | undefined;
  /** Tells whoever listens in this process, such as a tracing library; `message` is the name of the event. */
  readonly publish: (entry: { readonly message: string }) => void;
}
