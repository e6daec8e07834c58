/**
 * Asks one question with a key pair whose private half is in the key agent:
 *
 *     node examples/dist/key-agent/main.js --socket "$XDG_RUNTIME_DIR/nomyo/agent" "What is an envelope?"
 *
 * The router comes from NOMYO_BASE_URL, the API key from NOMYO_API_KEY. `--wait` keeps the process after the answer,
 * until its input ends: for a look at its memory.
 */
import { parseArgs } from 'node:util';
import { SecureChatCompletion } from 'nomyo-js';
import { AgentKeySource } from './agent-key-source.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { socket: { type: 'string' }, wait: { type: 'boolean', default: false } },
});
const { socket, wait } = values;
const [question] = positionals;
if (socket === undefined || question === undefined) {
  console.error('usage: main.js --socket PATH [--wait] QUESTION');
  process.exit(2);
}

const keys = await AgentKeySource.connect(socket);
const baseUrl = process.env['NOMYO_BASE_URL'] ?? 'https://api.nomyo.ai';
const client = new SecureChatCompletion({ baseUrl, keys });
try {
  const answer = await client.create({
    model: 'Qwen/Qwen3-0.6B',
    messages: [{ role: 'user', content: question }],
  });
  console.log(answer.choices[0]?.message.content);
  if (wait) for await (const _line of process.stdin);
} finally {
  client.dispose();
  keys.dispose();
}
