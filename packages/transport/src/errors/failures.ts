/** The meaning of a runtime's error code. `#failures` resolves to the table of the runtime. */
export interface Failure {
  /** The problem, and the remedy. */
  readonly advice: string;
  /** Whether the request cannot have been sent, whatever else is known. Default: `false`. */
  readonly beforeSending?: boolean;
  /** Whether trying again cannot help. Default: `false`. */
  readonly final?: boolean;
}

/** For an error without a code, or with an unknown one. */
export const UNKNOWN: Failure = { advice: 'check the network, and proxies between here and the router' };
