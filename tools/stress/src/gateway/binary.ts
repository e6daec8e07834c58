/** `nomyo gateway` as installed: a separate process, and the system's figures about it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BINARY = fileURLToPath(new URL('dist/node/main.js', import.meta.resolve('@nomyo/cli/package.json')));

/** In ms; two busy cores start slowly. */
const START_MS = 60_000;

/** A gateway that listens. */
export interface GatewayProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly port: number;
  readonly token: string;
}

/** @param more flags @throws {Error} when it ends before it listens */
export async function startGateway(routerUrl: string, more: readonly string[]): Promise<GatewayProcess> {
  const args = ['gateway', '--json', '--quiet', '--port', '0', '--base-url', routerUrl, '--max-retries', '0'];
  const child = spawn(process.execPath, [BINARY, ...args, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await firstLine(child);
  const url = memberOf(line, 'url');
  const token = memberOf(line, 'token');
  return { child, url, token, port: Number(new URL(url).port) };
}

/** Of the one line of JSON that the gateway prints. */
const memberOf = (line: string, name: string): string =>
  new RegExp(`"${name}":"([^"]+)"`, 'u').exec(line)?.[1] ?? '';

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the gateway does not start')), START_MS);
    let text = '';
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${String(code)}`)));
    child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      resolve(text.slice(0, text.indexOf('\n')));
    });
  });
}

/** The resources of a process, as reported by Linux. */
export interface ProcessFacts {
  /** Resident memory, in bytes. */
  readonly rss: number;
  /** Open files and sockets. */
  readonly descriptors: number;
}

const KIB = 1024;

/** @returns `undefined` where there is no /proc */
export function factsOf({ pid }: ChildProcess): ProcessFacts | undefined {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    const rss = Number(/^VmRSS:\s+(\d+)/mu.exec(status)?.[1]) * KIB;
    return { rss, descriptors: readdirSync(`/proc/${String(pid)}/fd`).length };
  } catch {
    return undefined;
  }
}
