/**
 * The process under examination: makes its calls, wipes what is its own, says so, and stands still. Its prompts are
 * random and made here, so that no other memory of this process ever held them.
 */
import { SecureChatCompletion } from 'nomyo-js';
import { FINISHED, FIRST_LETTER, LETTERS, TEXT_LENGTH, type ChildOrders } from './scenario.js';

const orders = readOrders(JSON.parse(process.argv[2] ?? ''));
const { baseUrl, ca, keyDir, secureMemory } = orders;
const client = new SecureChatCompletion({
  baseUrl,
  tls: { ca },
  keyDir,
  secureMemory,
  keyRotationInterval: 0,
});

for (let call = 0; call < orders.calls; call += 1) {
  await (orders.paths === 'bytes' ? withBytes() : withStrings());
}
console.log(`${FINISHED} ${client.getMemoryProtectionInfo().method}`);
process.stdin.resume();
// Whoever looks now must find a client that lives: its private key is loaded.
process.on('exit', () => client.dispose());

/** What examine.ts, of the same build, wrote. */
function readOrders(json: unknown): ChildOrders {
  if (isOrders(json)) return json;
  throw new TypeError('the argument holds no orders');
}

function isOrders(json: unknown): json is ChildOrders {
  return typeof json === 'object' && json !== null && 'baseUrl' in json && 'calls' in json;
}

async function withBytes(): Promise<void> {
  const prompt = randomText();
  const raw = await client.createRaw({ model: 'm', messages: [{ role: 'user', content: prompt }] });
  prompt.fill(0);
  raw.use((json) => json.byteLength);
}

async function withStrings(): Promise<void> {
  const prompt = randomText();
  const content = new TextDecoder().decode(prompt);
  prompt.fill(0);
  await client.create({ model: 'm', messages: [{ role: 'user', content }] });
}

function randomText(): Uint8Array {
  const text = globalThis.crypto.getRandomValues(new Uint8Array(new ArrayBuffer(TEXT_LENGTH)));
  for (const [index, byte] of text.entries()) text[index] = FIRST_LETTER + (byte % LETTERS);
  return text;
}
