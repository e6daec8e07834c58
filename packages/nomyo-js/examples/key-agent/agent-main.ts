/**
 * Holds a key pair and unwraps for the applications of the same user:
 *
 *     node examples/dist/key-agent/agent-main.js --socket "$XDG_RUNTIME_DIR/nomyo/agent" --key-dir agent_keys
 *
 * The pair is made when the directory has none. `--password-file` names a file that holds the password of the private
 * key: nothing secret stands on a command line, where every user can read it. SIGTERM and SIGINT end the agent.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { KeyStore } from '@nomyo/keystore';
import { KeyAgent } from './agent.js';

const { values } = parseArgs({
  options: {
    socket: { type: 'string' },
    'key-dir': { type: 'string', default: 'agent_keys' },
    'password-file': { type: 'string' },
  },
});
const { socket, 'key-dir': keyDir, 'password-file': passwordFile } = values;
if (socket === undefined) {
  console.error('usage: agent-main.js --socket PATH [--key-dir DIRECTORY] [--password-file PATH]');
  process.exit(2);
}

const password = passwordFile === undefined ? {} : { password: withoutLineEnd(readFileSync(passwordFile)) };
const store = new KeyStore({ keyDir, rotationInterval: 0, ...password });
const { keys } = await store.acquire();
const agent = await KeyAgent.listen(keys, socket);
console.log(`listening on ${socket} with ${agent.publicKey.fingerprint}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void agent.close().then(() => store.dispose());
  });
}

function withoutLineEnd(bytes: Buffer): Uint8Array {
  const end = bytes.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  return end === -1 ? bytes : bytes.subarray(0, end);
}
