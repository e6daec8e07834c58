/** Workers, a submitter and a Redis with AOF, each killed while the others keep running. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Random } from '../common/random.js';
import { exitOf, pause, type Place } from './place.js';

/** How the fleet is. */
export interface FleetSize {
  readonly workers: number;
  readonly jobs: number;
  readonly kills: number;
}

const CONCURRENCY = 4;
/** A killed worker may hold up the others for as long as it takes to find a stalled job, in ms. */
const LONGEST_PAUSE_MS = 30_000;

/** @returns what is wrong, in sentences; nothing where there is no redis-server */
export async function killFleet(place: Place, size: FleetSize, random: Random): Promise<readonly string[]> {
  if (spawnSync('redis-server', ['--version']).status !== 0) {
    console.log('           no fleet: there is no redis-server on this machine');
    return [];
  }
  const port = await freePort();
  const fleet = new Fleet(place, size, port);
  await fleet.startRedis();
  try {
    return await fleet.run(random);
  } finally {
    await fleet.close();
  }
}

class Fleet {
  readonly #place: Place;
  readonly #size: FleetSize;
  readonly #port: number;
  readonly #queue: readonly string[];
  readonly #workers: ChildProcess[] = [];
  readonly #ready = new Map<ChildProcess, Promise<void>>();
  #redis: ChildProcess | undefined;

  constructor(place: Place, size: FleetSize, port: number) {
    this.#place = place;
    this.#size = size;
    this.#port = port;
    this.#queue = ['--queue', `redis://127.0.0.1:${String(port)}`];
    mkdirSync(place.file('redis'));
  }

  async startRedis(): Promise<void> {
    const own = ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', this.#place.file('redis')];
    const redis = spawn('redis-server', [...own, '--appendonly', 'yes', '--save', ''], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#redis = redis;
    for await (const line of createInterface(redis.stdout)) {
      if (line.includes('Ready to accept connections')) break;
    }
    redis.stdout.resume();
  }

  async run(random: Random): Promise<readonly string[]> {
    const { workers, jobs, kills } = this.#size;
    const output = this.#place.file('fleet.jsonl');
    const input = this.#place.input(jobs);
    const submit = (): ChildProcess =>
      this.#place.start([
        'batch',
        input,
        '-o',
        output,
        '--key-dir',
        this.#place.file('mine'),
        ...this.#queue,
      ]);
    for (let worker = 0; worker < workers; worker += 1) this.#workers.push(this.#work());
    let submitter = submit();
    for (let kill = 0; kill < kills && !existsSync(output); kill += 1) {
      await this.#moment(random, output);
      this.#tell(`jobs, and ${String(kill + 1)} kills`);
      if (kill === Math.floor(kills / 2)) await this.#restartRedis();
      else if (random.oneIn(3)) {
        await killed(submitter);
        submitter = submit();
      } else await this.#replace(random.uint32() % workers);
    }
    const code = await exitOf(submitter);
    const ends = await this.#endWorkers();
    const findings = code === 0 ? this.#place.judge(output, jobs, this.#mostTwice()) : [];
    this.#tell('jobs are answered');
    return [
      ...this.#place.marksIn(this.#place.file('redis')),
      ...(code === 0 ? [] : [`the submitter ended with ${String(code)}`]),
      ...(ends.every((end) => end === 0) ? [] : [`workers ended with ${ends.join(', ')} after SIGTERM`]),
      ...findings,
    ];
  }

  /** When the next one is killed: after some jobs more, so that all kills come while there is work. */
  async #moment(random: Random, output: string): Promise<void> {
    const { jobs, kills } = this.#size;
    const most = Math.max(1, Math.floor((2 * jobs) / (kills + 1)));
    const goal = this.#place.answered + (random.uint32() % most);
    const end = performance.now() + LONGEST_PAUSE_MS;
    while (this.#place.answered < goal && performance.now() < end && !existsSync(output)) await pause(2);
  }

  /** Jobs that reached the router, no matter which workers were killed meanwhile. */
  #tell(what: string): void {
    const sent = this.#place.times.filter((times) => times > 0).length;
    console.log(`${String(sent).padStart(9)}  ${what}`);
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) await killed(worker);
    if (this.#redis !== undefined) await killed(this.#redis);
  }

  /** Everything that was under way when something was killed; with Redis, on all workers. */
  #mostTwice(): number {
    return (this.#size.kills + this.#size.workers) * CONCURRENCY;
  }

  async #restartRedis(): Promise<void> {
    if (this.#redis !== undefined) await killed(this.#redis);
    await this.startRedis();
  }

  async #replace(index: number): Promise<void> {
    const worker = this.#workers[index];
    if (worker !== undefined) await killed(worker);
    this.#workers[index] = this.#work();
  }

  #work(): ChildProcess {
    const own = ['--base-url', this.#place.url, '--key-dir', this.#place.file('workers')];
    const child = this.#place.start([
      ...['batch-worker', '--concurrency', String(CONCURRENCY)],
      ...own,
      ...this.#queue,
    ]);
    this.#ready.set(child, readiness(child));
    return child;
  }

  async #endWorkers(): Promise<readonly (number | null)[]> {
    // One that is still starting does not hear the signal yet, and dies of it.
    for (const worker of this.#workers) await this.#ready.get(worker);
    for (const worker of this.#workers) worker.kill('SIGTERM');
    return Promise.all(this.#workers.map(exitOf));
  }
}

/** Resolves when a worker says that it is ready, or has ended. */
async function readiness({ stderr }: ChildProcess): Promise<void> {
  if (stderr === null) return;
  for await (const line of createInterface(stderr)) if (line.includes('a worker is ready')) break;
  stderr.resume();
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await exitOf(child);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
