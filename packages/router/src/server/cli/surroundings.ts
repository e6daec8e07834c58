/** The commands' view of the process around them, so that tests can replace it. */
import type { RouterServer } from '../server.js';

/** A running server. */
export type Serving = Pick<RouterServer, 'drain' | 'close'>;

/** Writes one line to standard output. */
export type Print = (line: string) => void;

/** Output, environment and signals of the process. */
export interface Surroundings {
  readonly print: Print;
  /** Environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Receives the server once it listens, to stop it on a signal. */
  readonly onServing: (serving: Serving) => void;
}
