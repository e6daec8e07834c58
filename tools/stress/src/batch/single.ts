/** One run on one machine, killed again and again: at the start, in the check, between two lines, at the end. */
import { existsSync } from 'node:fs';
import type { Random } from '../common/random.js';
import { exitOf, pause, type Place } from './place.js';

const CONCURRENCY = 4;

/** A third of the lives end while they start, the others soon after a number of lines. In ms. */
const LIVES = { start: 1_000, more: 40, most: 60_000 } as const;

/** So many lines for each kill, so that most lives get some lines done. */
const LINES_PER_KILL = 10;

/** @returns what is wrong, in sentences */
export async function killSingle(place: Place, kills: number, random: Random): Promise<readonly string[]> {
  const findings: string[] = [];
  let done = 0;
  for (let batch = 0; done < kills; batch += 1) {
    const killed = await killBatch(place, { batch, kills: Math.min(KILLS_PER_BATCH, kills - done), random });
    findings.push(...killed.findings);
    done += killed.kills;
    console.log(`${String(done).padStart(9)}  kills`);
  }
  return findings;
}

/** A batch that is killed so often is finished, and the next one begins. */
const KILLS_PER_BATCH = 50;

interface BatchKills {
  readonly batch: number;
  readonly kills: number;
  readonly random: Random;
}

interface Killed {
  readonly kills: number;
  readonly findings: readonly string[];
}

async function killBatch(place: Place, { batch, kills, random }: BatchKills): Promise<Killed> {
  const lines = kills * LINES_PER_KILL;
  const output = place.file(`out-${String(batch)}.jsonl`);
  const input = place.input(lines);
  const own = ['--base-url', place.url, '--key-dir', place.file('mine'), '--quiet'];
  const args = ['batch', input, '-o', output, '--concurrency', String(CONCURRENCY), ...own];
  let done = 0;
  for (; done < kills && !existsSync(output); done += 1) {
    const child = place.start(args);
    const ended = exitOf(child);
    await Promise.race([ended, momentOf(place, random)]);
    child.kill('SIGKILL');
    await ended;
  }
  const code = await exitOf(place.start(args));
  const findings =
    code === 0 ? place.judge(output, lines, done * CONCURRENCY) : [`a run ended with ${String(code)}`];
  return { kills: done, findings: findings.map((finding) => `batch ${String(batch)}: ${finding}`) };
}

/** When the life of a process is to end. */
async function momentOf(place: Place, random: Random): Promise<void> {
  const share = random.uint32() / 2 ** 32;
  if (random.oneIn(3)) return pause(share * LIVES.start);
  const goal = place.answered + (random.uint32() % (2 * LINES_PER_KILL));
  const end = performance.now() + LIVES.most;
  while (place.answered < goal && performance.now() < end) await pause(2);
  return pause(share * LIVES.more);
}
