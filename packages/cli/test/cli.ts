/** Runs the real, built binary. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BINARY = resolve(fileURLToPath(import.meta.url), '../../dist/node/main.js');

export interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
}

/** A home of its own, so that no configuration of the machine matters. */
export class Home {
  readonly path = mkdtempSync(join(tmpdir(), 'nomyo-cli-'));
  readonly #running = new Set<ChildProcess>();

  env(more: RunOptions['env'] = {}): NodeJS.ProcessEnv {
    return { PATH: process.env['PATH'], HOME: this.path, ...more };
  }

  file(name: string): string {
    return join(this.path, name);
  }

  start(args: readonly string[], { env, cwd }: RunOptions = {}): ChildProcess {
    const child = spawn(process.execPath, [BINARY, ...args], {
      env: this.env(env),
      cwd: cwd ?? this.path,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    return child;
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    const child = this.start(args, options);
    const output = collect(child);
    child.stdin?.on('error', () => undefined);
    if (options.input !== undefined) child.stdin?.end(options.input);
    return new Promise((done) => {
      child.once('close', (code, signal) => done({ code, signal, ...output() }));
    });
  }

  remove(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The exit code of a child, once what it printed has come too. */
export const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => child.once('close', done));

/** The output of a child so far. */
export function collect(child: ChildProcess): () => { readonly stdout: string; readonly stderr: string } {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return () => ({ stdout, stderr });
}
