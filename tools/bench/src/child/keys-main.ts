/** Makes RSA-4096 pairs with node:crypto until it is stopped. Its argument is the pause before each of them, in ms. */
import { generateKeyPair } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { serve } from './channel.js';

const KEY_SIZE = 4096;

async function makePairs(pauseMs: number): Promise<never> {
  for (;;) {
    await sleep(pauseMs);
    await promisify(generateKeyPair)('rsa', { modulusLength: KEY_SIZE });
  }
}

void makePairs(Number(process.argv[2]));
serve({});
