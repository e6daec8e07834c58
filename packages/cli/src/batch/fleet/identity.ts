import { randomBytes } from 'node:crypto';

/** Whose jobs these are: kept in the journal, so that a later run finds them. */
export interface FleetIdentity {
  /** Hex. */
  readonly id: string;
  /** Hex. */
  readonly secret: string;
}

/** A new batch: its id, and the secret by which its results are known. */
export const newIdentity = (): FleetIdentity => ({
  id: randomBytes(12).toString('hex'),
  secret: randomBytes(32).toString('hex'),
});
