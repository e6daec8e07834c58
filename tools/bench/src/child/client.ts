/** The commands of a process that holds one client: no variant shares a heap, a cache of code or a thread with another. */
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { openClient, type ClientConfig } from '../clients/client.js';
import { ONE_KB, requestOf, type BenchRequest } from '../payloads.js';
import { watchEventLoop, type LoopBlock } from './event-loop.js';
import { runLoad, type Load, type Measured } from './load.js';
import { measureMemory } from './memory.js';

export interface ClientCommands {
  load(load: Load): Promise<Measured>;
  /** A load, and the event loop during it. */
  loop(load: Load): Promise<LoopBlock>;
  /** Makes a key pair of 4096 bits and watches the event loop. */
  loopOfKey(whose: 'ours' | 'reference'): Promise<LoopBlock>;
  /** One call, and the memory that it took at its peak, in bytes. */
  memory(load: Load): Promise<number>;
}

const KEY_SIZE = 4096;

const makeKey = {
  /** As the key store does it: made, and imported with all its checks. */
  ours: async (): Promise<void> => {
    const { generatePkcs8, RsaPrivateKey } = await import('@nomyo/crypto');
    const pkcs8 = await generatePkcs8(KEY_SIZE);
    const key = await pkcs8.use((der) => RsaPrivateKey.fromPkcs8(der));
    key.dispose();
  },
  reference: () => promisify(generateKeyPair)('rsa', { modulusLength: KEY_SIZE }),
};

export async function clientCommands(config: ClientConfig): Promise<ClientCommands> {
  const client = await openClient(config);
  const requests = new Map<number, BenchRequest>();
  const request = ({ promptBytes = ONE_KB }: Load): BenchRequest => {
    const known = requests.get(promptBytes) ?? requestOf(promptBytes);
    requests.set(promptBytes, known);
    return known;
  };
  return {
    load: (load) => runLoad(client, load, request(load)),
    loop: (load) => watchEventLoop(() => runLoad(client, load, request(load))),
    loopOfKey: (whose) => watchEventLoop(makeKey[whose]),
    memory: (load) => {
      const prepared = request(load);
      return measureMemory(() => client.call(prepared));
    },
  };
}
