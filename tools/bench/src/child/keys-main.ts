/** Makes RSA-4096 pairs with node:crypto until it is stopped. Its argument is the time from one to the next, in ms. */
import { generateKeyPair } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { serve } from './channel.js';

const KEY_SIZE = 4096;

async function makePairs(intervalMs: number): Promise<never> {
  for (;;) {
    const started = performance.now();
    await promisify(generateKeyPair)('rsa', { modulusLength: KEY_SIZE });
    await sleep(Math.max(0, started + intervalMs - performance.now()));
  }
}

void makePairs(Number(process.argv[2]));
serve({});
