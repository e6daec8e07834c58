/** Our client in several worker threads of one process, which share one key pair and one pool of threads. */
import { performance } from 'node:perf_hooks';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openClient } from '../clients/open-client.js';
import { requestOf } from '../payloads.js';
import { parseConfig } from './arguments.js';
import { serve } from './channel.js';
import { runLoad, type Load } from './load.js';
import { readNumber, readText } from './read.js';

/** Calls a second of all threads together. */
async function runThreads(workers: readonly Worker[], load: Load): Promise<number> {
  const started = performance.now();
  const counts = await Promise.all(
    workers.map(
      (worker) =>
        new Promise<number>((resolve, reject) => {
          worker.once('message', (calls: unknown) => resolve(readNumber(calls)));
          worker.once('error', reject);
          worker.postMessage(load);
        }),
    ),
  );
  return (counts.reduce((sum, calls) => sum + calls, 0) * 1000) / (performance.now() - started);
}

async function startWorker(config: string): Promise<Worker> {
  const worker = new Worker(new URL(import.meta.url), { workerData: config });
  await new Promise((resolve, reject) => void worker.once('message', resolve).once('error', reject));
  return worker;
}

async function main(): Promise<void> {
  const threads = Number(process.argv[3]);
  const config = process.argv[2] ?? '';
  const workers = await Promise.all(Array.from({ length: threads }, () => startWorker(config)));
  serve({ throughput: (load: Load) => runThreads(workers, load) });
}

async function work(): Promise<void> {
  const client = await openClient(parseConfig(readText(workerData)));
  parentPort?.on('message', (load: Load) => {
    void runLoad(client, load, requestOf(load.promptBytes)).then(({ latencies }) =>
      parentPort?.postMessage(latencies.length),
    );
  });
  parentPort?.postMessage('ready');
}

void (isMainThread ? main() : work());
