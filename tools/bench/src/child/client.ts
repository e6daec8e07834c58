/** The commands of a process that holds one client. */
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { openClient, parseConfig } from '../clients/client.js';
import { requestOf, type BenchRequest } from '../payloads.js';
import type { Handlers } from './channel.js';
import { watchEventLoop, type LoopBlock } from './event-loop.js';
import { runLoad, type Load, type Measured } from './load.js';
import { measureMemory, settledRss, type MemoryUse } from './memory.js';
import { cpuOfPrimitives } from './primitives.js';

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

/** @param config of the client, as JSON */
export async function openHandlers(config: string): Promise<Handlers> {
  const client = await openClient(parseConfig(config));
  const requests = new Map<number, BenchRequest>();
  const request = ({ promptBytes }: Load): BenchRequest => {
    const known = requests.get(promptBytes) ?? requestOf(promptBytes);
    requests.set(promptBytes, known);
    return known;
  };
  return {
    load: (load: Load): Promise<Measured> => runLoad(client, load, request(load)),
    loop: (load: Load): Promise<LoopBlock> => watchEventLoop(() => runLoad(client, load, request(load))),
    loopOfKey: (whose: 'ours' | 'reference'): Promise<LoopBlock> => watchEventLoop(makeKey[whose]),
    memory: (load: Load): Promise<MemoryUse> => {
      const prepared = request(load);
      return measureMemory(() => client.call(prepared));
    },
    rss: (): Promise<number> => settledRss(),
    primitives: cpuOfPrimitives,
  };
}
