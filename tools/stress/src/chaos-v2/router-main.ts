/** A model, the router and a proxy for each lane, in a process of its own: `router-main.js SEED LANES`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRoot, delegate, oneUpstream, OPEN_TO_ALL, openSigner, startServer } from '@nomyo/router';
import { Random } from '../common/random.js';
import { faultFor, nameOf } from './faults.js';
import type { ChaosLog, RouterMessage } from './messages.js';
import { startModel } from './model.js';
import { startProxy, type Proxy } from './proxy.js';

const [seed = '0', lanes = '1'] = process.argv.slice(2);
const dir = mkdtempSync(join(tmpdir(), 'nomyo-chaos-'));
const [root, output] = [join(dir, 'root.pem'), join(dir, 'signer.pem')];
const pin = await createRoot(root);
await delegate({ root, output, realm: '127.0.0.1', days: 1, epoch: 1 });
const signer = await openSigner(output);
rmSync(dir, { recursive: true });
const model = await startModel();
const router = await startServer({
  signer,
  access: OPEN_TO_ALL,
  tiers: oneUpstream(model.url),
  print: () => undefined,
});
const proxies: Proxy[] = [];
for (let lane = 0; lane < Number(lanes); lane += 1) {
  let number = 0;
  const pick = (isPost: boolean): ReturnType<typeof faultFor> => {
    number += 1;
    return faultFor(isPost, new Random(seed, 'v2', lane, number));
  };
  proxies.push(await startProxy(router.port, pick));
}
tell({ kind: 'ready', urls: proxies.map(({ url }) => url), pin });
process.once('message', () => tell({ kind: 'log', log: logged() }));
// The parent is gone: nobody is left to serve.
process.once('disconnect', () => process.exit());

function logged(): ChaosLog {
  const exchanges = proxies.flatMap((proxy, lane) =>
    proxy.exchanges.map(({ isPost, fault, wasMet, at }) => ({
      ...{ lane, isPost, at },
      fault: wasMet ? nameOf(fault) : 'no fault',
    })),
  );
  return { exchanges, runs: model.runs };
}

function tell(message: RouterMessage): void {
  process.send?.(message);
}
