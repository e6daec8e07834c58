import { equalBytes, isBytes, randomBytes, wipe } from '@nomyo/base';
import { MemoryNotLockedError } from '../memory/not-locked.js';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import { SUITE } from '../suite.js';
import type { KeySource } from './key-source.js';

/**
 * Reports whether the private key unwraps what was wrapped to the public key: then the key works, and the two halves
 * belong together (NIST SP 800-56B §6.4.1.1, a pair-wise consistency test).
 *
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`
 */
export async function keySelfTest(keys: KeySource, memory: SecureByteContextOptions = {}): Promise<boolean> {
  const probe = randomBytes(SUITE.aesKeyBytes);
  const wrapped = await keys.publicKey.wrap(probe);
  try {
    const answer = await keys.unwrap(wrapped, undefined, memory);
    if (answer instanceof SecureByteContext) return answer.use((bytes) => equalBytes(bytes, probe));
    return isBytes(answer) && equalBytes(answer, probe);
  } catch (error) {
    if (error instanceof MemoryNotLockedError) throw error;
    return false;
  } finally {
    wipe(probe);
  }
}
