import type { SecureByteContext } from '../../src/index.js';

/** A copy of what a context holds, which ends with that. */
export const bytesIn = (context: SecureByteContext): Buffer => context.use((bytes) => Buffer.from(bytes));
