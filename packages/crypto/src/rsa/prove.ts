import { equalBytes, randomBytes } from '../bytes.js';
import { SUITE } from '../envelope/suite.js';
import type { KeySource } from './key-source.js';

/** Whether what is wrapped to the public key is unwrapped by the private one: the two halves belong together. */
export async function roundTrips(keys: KeySource): Promise<boolean> {
  const probe = randomBytes(SUITE.aesKeyBytes);
  const wrapped = await keys.publicKey.wrap(probe);
  const answer = await keys.unwrap(wrapped).catch((): undefined => undefined);
  return answer !== undefined && equalBytes(answer, probe);
}
