/** From nothing to the first answer: imports a client, opens it and calls once. The parent holds the watch. */
import { parseConfig } from '../clients/client.js';
import { openClient } from '../clients/open-client.js';
import { requestOf } from '../payloads.js';
import { serve } from './channel.js';

const PROMPT_BYTES = 1024;

async function main(): Promise<void> {
  const client = await openClient(parseConfig(process.argv[2]));
  await client.call(requestOf(PROMPT_BYTES));
  serve({});
}

void main();
