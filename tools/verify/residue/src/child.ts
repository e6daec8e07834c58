/**
 * The process under examination: makes its calls, wipes what is its own, says so, and stands still. Its prompts are
 * random and made here, so that no other memory of this process ever held them.
 */
import { randomFillSync } from 'node:crypto';
import { SecureChatCompletion } from 'nomyo-js';
import { v2 } from 'nomyo-js/v2';
import { FINISHED, FIRST_LETTER, LETTERS, readOrders, textLength } from './scenario.js';

const { baseUrl, ca, keyDir, calls, paths, secureMemory, root } = readOrders(process.argv.slice(2));
const client = new SecureChatCompletion({
  baseUrl,
  tls: { ca },
  keyDir,
  secureMemory,
  ...(root === '' ? { keyRotationInterval: 0 } : { protocol: v2({ roots: [root] }) }),
});

/** With protection off nothing is wiped: the findings then do not depend on garbage collection. */
const kept: unknown[] = [];

for (let call = 0; call < calls; call += 1) {
  await (paths === 'bytes' ? withBytes(randomText(call)) : withStrings(randomText(call)));
}
console.log(`${FINISHED} ${client.getMemoryProtectionInfo().method}`);
process.stdin.resume();
// A search now must find a live client with its private key, and whatever was kept.
process.on('exit', () => client.dispose());
process.on('exit', () => kept.splice(0));

async function withBytes(prompt: Uint8Array): Promise<void> {
  const raw = await client.createRaw({ model: 'm', messages: [{ role: 'user', content: prompt }] });
  if (secureMemory) {
    prompt.fill(0);
    raw.use((json) => json.byteLength);
  } else {
    kept.push(prompt, raw);
  }
}

async function withStrings(prompt: Uint8Array): Promise<void> {
  const content = new TextDecoder().decode(prompt);
  prompt.fill(0);
  await client.create({ model: 'm', messages: [{ role: 'user', content }] });
}

function randomText(call: number): Uint8Array {
  const text = randomFillSync(new Uint8Array(new ArrayBuffer(textLength(call))));
  for (let i = 0; i < text.length; i += 1) text[i] = FIRST_LETTER + ((text[i] ?? 0) % LETTERS);
  return text;
}
