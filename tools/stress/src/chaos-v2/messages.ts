/** The messages between the process with the clients and the process with the router. */

/** One request and its answer, as the proxy of a lane saw them. Times in Unix ms. */
export interface LoggedExchange {
  readonly lane: number;
  readonly isPost: boolean;
  /** `no fault` where there was none, or where it was not met. */
  readonly fault: string;
  readonly at: number;
}

export interface ChaosLog {
  readonly exchanges: readonly LoggedExchange[];
  /** How often the model ran each question. */
  readonly runs: Readonly<Record<string, number>>;
}

export type RouterMessage =
  | { readonly kind: 'ready'; readonly urls: readonly string[]; readonly pin: string }
  | { readonly kind: 'log'; readonly log: ChaosLog };
