/** The environment of every part of the run: a folder, a counting router, and the command as installed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startRouter, type Router } from '@nomyo/router/testing';

const BINARY = fileURLToPath(new URL('dist/node/main.js', import.meta.resolve('@nomyo/cli/package.json')));

/** Stand in every prompt, answer and id, and nowhere else. */
const MARKS = { prompt: 'prompt-5f21c09e', answer: 'answer-8b7d44a1', id: 'id-c3e0962d' } as const;

/** A folder and a router; both are gone after {@link Place.close}. */
export class Place {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'nomyo-stress-batch-'));
  /** How often each line reached the router. */
  readonly times: number[] = [];
  /** How many requests reached it. */
  answered = 0;
  readonly #children = new Set<ChildProcess>();
  readonly #router: Router;

  private constructor(router: Router) {
    this.#router = router;
  }

  /** @param answerMs how long a model takes */
  static async open(answerMs: number): Promise<Place> {
    const asked: { place?: Place } = {};
    const router = await startRouter({
      keySize: 2048,
      keepRequests: 0,
      answers: async ({ messages }) => {
        const [, number = '-1'] = /line (\d+);/u.exec(JSON.stringify(messages)) ?? [];
        asked.place?.count(Number(number));
        if (answerMs > 0) await new Promise((resolve) => setTimeout(resolve, answerMs));
        return `${MARKS.answer} ${number};`;
      },
    });
    const place = new Place(router);
    asked.place = place;
    for (const name of ['mine', 'workers']) await place.makeKeys(name);
    return place;
  }

  get url(): string {
    return this.#router.url;
  }

  count(line: number): void {
    this.answered += 1;
    this.times[line] = (this.times[line] ?? 0) + 1;
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  /** Writes an input of so many lines. */
  input(lines: number): string {
    const path = this.file('in.jsonl');
    const text = Array.from({ length: lines }, (_, index) =>
      JSON.stringify({
        custom_id: `${MARKS.id}-${String(index)}`,
        method: 'POST',
        url: '/v1/chat/completions',
        body: { model: 'm', messages: [{ role: 'user', content: `${MARKS.prompt} line ${String(index)};` }] },
      }),
    );
    writeFileSync(path, `${text.join('\n')}\n`);
    this.times.length = 0;
    return path;
  }

  start(args: readonly string[]): ChildProcess {
    const env = { PATH: process.env['PATH'], HOME: this.folder };
    const child = spawn(process.execPath, [BINARY, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** The faults of a finished output. */
  judge(output: string, lines: number, mostTwice: number): readonly string[] {
    const texts = readFileSync(output, 'utf8').split('\n').slice(0, -1);
    const wrong = texts.findIndex(
      (text, index) =>
        !text.includes(`"custom_id":"${MARKS.id}-${String(index)}"`) ||
        !text.includes(`${MARKS.answer} ${String(index)};`),
    );
    const twice = this.times.reduce((sum, times) => sum + times - 1, 0);
    return [
      ...(texts.length === lines ? [] : [`${String(texts.length)} of ${String(lines)} lines are there`]),
      ...(wrong < 0 ? [] : [`line ${String(wrong)} of the output is not the answer to that line`]),
      ...(twice <= mostTwice ? [] : [`${String(twice)} lines were sent twice, ${String(mostTwice)} may be`]),
    ];
  }

  /** Marked text in the files of a folder, which nobody there may see. */
  marksIn(folder: string): readonly string[] {
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    );
    const texts = paths.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path, 'latin1'));
    const found = Object.entries(MARKS).filter(([, mark]) => texts.some((text) => text.includes(mark)));
    return found.map(([kind]) => `the files of Redis hold a marked ${kind}`);
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.#router.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async makeKeys(name: string): Promise<void> {
    const more = ['--no-password', '--key-size', '2048', '--key-dir', this.file(name)];
    await exitOf(this.start(['keys', 'generate', '--quiet', ...more]));
  }
}

/** The exit code; `null` after a signal. */
export function exitOf(child: ChildProcess): Promise<number | null> {
  child.stderr?.resume();
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', resolve));
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
