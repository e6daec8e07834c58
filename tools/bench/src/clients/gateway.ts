/** `nomyo gateway` as a process of its own, asked over loopback by a plain HTTP client that keeps its connections. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, request, type RequestOptions } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readMember, readText } from '../child/read.js';
import type { BenchClient, ClientConfig } from './client.js';

const BINARY = fileURLToPath(new URL('dist/node/main.js', import.meta.resolve('@nomyo/cli/package.json')));

const FLAGS = ['gateway', '--json', '--quiet', '--port', '0', '--rate', '0', '--max-retries', '0'];

export async function openGateway({ baseUrl, ca, keyDir }: ClientConfig): Promise<BenchClient> {
  const trust = ca === undefined ? [] : ['--tls-ca', writeCa(keyDir, ca)];
  const args = [BINARY, ...FLAGS, '--base-url', baseUrl, '--key-dir', keyDir, ...trust];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const { url, token } = await started(child.stdout);
  const agent = new Agent({ keepAlive: true });
  const { hostname: host, port } = new URL(url);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const to = { host, port, path: '/v1/chat/completions', method: 'POST', agent, headers };
  return {
    call: (body) => post(to, JSON.stringify(body)),
    close: () => {
      agent.destroy();
      child.kill('SIGKILL');
    },
  };
}

function writeCa(keyDir: string, ca: string): string {
  const path = join(keyDir, 'ca-of-the-router.pem');
  writeFileSync(path, ca);
  return path;
}

/** The one line that the gateway prints. */
async function started(
  stdout: NodeJS.ReadableStream,
): Promise<{ readonly url: string; readonly token: string }> {
  for await (const line of createInterface({ input: stdout })) {
    const facts: unknown = JSON.parse(line);
    return { url: readText(readMember(facts, 'url')), token: readText(readMember(facts, 'token')) };
  }
  throw new Error('the gateway ended before it listened');
}

/** As little as a caller can do, to the parsed answer: it shares the cores with the gateway. */
function post(to: RequestOptions, body: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const sent = request(to, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.once('error', reject).once('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`the gateway answered ${String(response.statusCode)}`));
      });
    });
    // The only piece: node:http sends it with the headers and knows its length.
    sent.once('error', reject).end(body);
  });
}
