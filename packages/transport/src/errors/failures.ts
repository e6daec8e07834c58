/** What a runtime says of a failed connection. `#failures` resolves to what is known of its codes. */
export interface Failure {
  /** What happened, and what to do about it. */
  readonly advice: string;
  /** The request cannot have left, whatever else is known. */
  readonly beforeSending?: boolean;
  /** Trying again does not help. */
  readonly final?: boolean;
}

/** Without a code, or with an unknown one. */
export const UNKNOWN: Failure = { advice: 'check the network, and proxies between here and the router' };
