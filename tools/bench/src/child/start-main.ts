/** From nothing to the first answer: imports a client, opens it and calls once. The parent holds the watch. */
import { openClient } from '../clients/open-client.js';
import { requestOf } from '../payloads.js';
import { parseConfig } from './arguments.js';

const PROMPT_BYTES = 1024;

async function main(): Promise<void> {
  const client = await openClient(parseConfig(process.argv[2]));
  await client.call(requestOf(PROMPT_BYTES));
  process.send?.({ id: 0, output: 'answered' });
  process.disconnect();
  client.close();
}

void main();
