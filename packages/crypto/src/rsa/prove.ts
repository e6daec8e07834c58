import { equalBytes, randomBytes } from '@nomyo/base';
import { SUITE } from '../envelope/suite.js';
import type { KeySource } from './key-source.js';

/**
 * Whether what is wrapped to the public key is unwrapped by the private one: the two halves belong together.
 *
 * @param meanwhile work for the main thread while the thread pool unwraps; what it throws is passed on
 */
export async function roundTrips(keys: KeySource, meanwhile?: () => void): Promise<boolean> {
  const probe = randomBytes(SUITE.aesKeyBytes);
  const wrapped = await keys.publicKey.wrap(probe);
  const unwrapping = keys.unwrap(wrapped).catch((): undefined => undefined);
  meanwhile?.();
  const answer = await unwrapping;
  return answer !== undefined && equalBytes(answer, probe);
}
