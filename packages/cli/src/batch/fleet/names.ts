/** Names in Redis. None of them says anything about a batch. Pure. */
import { createHash } from 'node:crypto';

/** Workers with the same key share a queue: each can run what was sealed to the others. */
export function queueName(fingerprint: string): string {
  return `batch-${createHash('sha256').update(fingerprint).digest('hex').slice(0, 16)}`;
}

/** Public keys that workers announce: fingerprint to PEM. */
export const keysKey = (prefix: string): string => `${prefix}:batch-keys`;

/** The workers' announcements: id to JSON. */
export const workersKey = (prefix: string): string => `${prefix}:batch-workers`;

/** BullMQ takes no colon in an id, and no number. @param batch hex, of the batch */
export const jobId = (batch: string, index: number): string => `${batch}-${String(index)}`;

/** The shared budget. */
export const ratePrefix = (prefix: string): string => `${prefix}-rate`;
