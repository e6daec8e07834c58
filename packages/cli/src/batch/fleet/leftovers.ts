/** Results left in Redis by a submitter killed between its journal and the queue: nothing would fetch them any more. */
import type { Redis } from 'ioredis';
import type { FleetIdentity } from './identity.js';
import { jobId } from './names.js';
import { openQueue } from './queue.js';
import { knownKeys } from './registry.js';

/** Where, and whose. */
export interface Leftovers {
  readonly redis: Redis;
  readonly prefix: string;
  readonly identity: FleetIdentity;
  /** Whether the journal has the outcome of a line. */
  readonly isDone: (index: number) => boolean;
}

/** Clears results whose lines have their outcome, of whichever workers. Dead letters stay: they are to be seen. */
export async function clearLeftovers({ redis, prefix, identity, isDone }: Leftovers): Promise<void> {
  const own = jobId(identity.id, 0).slice(0, -1);
  for (const key of await knownKeys(redis, prefix)) {
    const queue = await openQueue(redis, prefix, key);
    try {
      for (const id of await redis.zrange(queue.toKey('completed'), '0', '-1')) {
        if (id.startsWith(own) && isDone(Number(id.slice(own.length)))) await queue.remove(id);
      }
    } finally {
      await queue.close();
    }
  }
}
