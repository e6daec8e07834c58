/** `nomyo gateway`, and the least that any gateway costs: each a process of its own, asked over loopback. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readMember, readText } from '../child/read.js';
import { NOMYO } from '../programs.js';
import type { BenchClient, ClientConfig } from './client.js';
import { LeanHttp } from './lean-http.js';

const BARE_RELAY = fileURLToPath(new URL('../child/relay-main.js', import.meta.url));

const FLAGS = ['gateway', '--json', '--quiet', '--port', '0', '--rate', '0', '--max-retries', '0'];

export function openGateway({ baseUrl, ca, keyDir }: ClientConfig): Promise<BenchClient> {
  const trust = ca === undefined ? [] : ['--tls-ca', writeCa(keyDir, ca)];
  return openProgram([NOMYO, ...FLAGS, '--base-url', baseUrl, '--key-dir', keyDir, ...trust]);
}

/** Nothing but node:http in front of `create()`: no token, no limits, no metrics, no protocol but one. */
export function openBareRelay(config: ClientConfig): Promise<BenchClient> {
  return openProgram([BARE_RELAY, JSON.stringify(config)]);
}

function writeCa(keyDir: string, ca: string): string {
  const path = join(keyDir, 'ca-of-the-router.pem');
  writeFileSync(path, ca);
  return path;
}

/** @param args of Node: a program that prints its `url` and `token` as one line of JSON once it listens */
async function openProgram(args: readonly string[]): Promise<BenchClient> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const facts: unknown = JSON.parse(line);
    const authorization = `Bearer ${readText(readMember(facts, 'token'))}`;
    const url = new URL('/v1/chat/completions', readText(readMember(facts, 'url')));
    const http = new LeanHttp(url, { authorization, 'content-type': 'application/json' });
    return {
      call: async (body): Promise<unknown> => JSON.parse(await http.post(JSON.stringify(body))),
      close: () => {
        http.close();
        child.kill('SIGKILL');
      },
    };
  }
  throw new Error('the program ended before it listened');
}
