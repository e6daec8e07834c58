// Eight workers that are terminated in the middle of everything, again and again. argv: rounds.
import { randomBytes, randomFill, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const WORKERS = 8;

async function work() {
  const { addon } = await import('../support/addon.mjs');
  const { derOf } = await import('../support/keys.mjs');
  const { promisify } = await import('node:util');
  const fill = promisify(randomFill);
  const { SecureRegion, NativePrivateKey } = addon;
  const wrapped = new Uint8Array(256).fill(1);
  parentPort.postMessage('ready');
  const key = NativePrivateKey.fromDer(SecureRegion.from(derOf('rsa2048.pem')));
  for (;;) {
    const aes = SecureRegion.from(randomBytes(32));
    const running = [
      key.unwrap(wrapped),
      key.unwrap(wrapped, true),
      addon.generatePkcs8(2048),
      // Not zlib: Node 20 itself aborts when a worker ends between the making and the setting up
      // of a stream ("close before init", node_zlib.cc).
      fill(SecureRegion.allocate(50_000).view()),
    ];
    for (let i = 0; i < 200; i++) {
      const region = SecureRegion.allocate(1 + (i % 5000));
      region.view()[0] = i;
      if (i % 3 !== 0) region.release();
      try {
        addon.aesGcmOpen(region);
      } catch {
        // An exception on its way when the worker ends is what once took the process with it.
      }
    }
    addon.info();
    aes.release();
    await Promise.allSettled(running);
  }
}

async function round() {
  const workers = Array.from({ length: WORKERS }, () => new Worker(new URL(import.meta.url)));
  await Promise.all(
    workers.map(async (worker) => {
      // A third is ended while it still loads.
      if (randomInt(3) > 0) await once(worker, 'message');
      await new Promise((resolve) => setTimeout(resolve, randomInt(40)));
      await worker.terminate();
    }),
  );
}

if (isMainThread) {
  const rounds = Number(process.argv[2]);
  for (let i = 0; i < rounds; i++) await round();
  const { addon } = await import('../support/addon.mjs');
  const { lockedBytes } = addon.info();
  console.log(JSON.stringify({ rounds, lockedBytes }));
} else {
  await work();
}
