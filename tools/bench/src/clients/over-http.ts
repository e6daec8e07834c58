/** A program that answers chat completions over loopback. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { readMember, readText } from '../child/read.js';
import type { BenchClient } from './client.js';
import { LeanHttp } from './lean-http.js';

/**
 * Starts a program that prints one line of JSON, with its `url` and its `token`, once it listens.
 *
 * @param args of Node: the program and its own arguments
 */
export async function openOverHttp(args: readonly string[]): Promise<BenchClient> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const { url, token } = await started(child.stdout);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const http = new LeanHttp(new URL('/v1/chat/completions', url), headers);
  return {
    call: async (body): Promise<unknown> => JSON.parse(await http.post(JSON.stringify(body))),
    close: () => {
      http.close();
      child.kill('SIGKILL');
    },
  };
}

async function started(
  stdout: NodeJS.ReadableStream,
): Promise<{ readonly url: string; readonly token: string }> {
  for await (const line of createInterface({ input: stdout })) {
    const facts: unknown = JSON.parse(line);
    return { url: readText(readMember(facts, 'url')), token: readText(readMember(facts, 'token')) };
  }
  throw new Error('the program ended before it listened');
}
