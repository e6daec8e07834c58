/** `nomyo gateway`, and the least that any gateway costs: each a process of its own, asked over loopback. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchClient, ClientConfig } from './client.js';
import { openOverHttp } from './over-http.js';

const BINARY = fileURLToPath(new URL('dist/node/main.js', import.meta.resolve('@nomyo/cli/package.json')));
const BARE_RELAY = fileURLToPath(new URL('../child/relay-main.js', import.meta.url));

const FLAGS = ['gateway', '--json', '--quiet', '--port', '0', '--rate', '0', '--max-retries', '0'];

export function openGateway({ baseUrl, ca, keyDir }: ClientConfig): Promise<BenchClient> {
  const trust = ca === undefined ? [] : ['--tls-ca', writeCa(keyDir, ca)];
  return openOverHttp([BINARY, ...FLAGS, '--base-url', baseUrl, '--key-dir', keyDir, ...trust]);
}

/** Nothing but node:http in front of `create()`: no token, no limits, no metrics, no protocol but one. */
export function openBareRelay(config: ClientConfig): Promise<BenchClient> {
  return openOverHttp([BARE_RELAY, JSON.stringify(config)]);
}

function writeCa(keyDir: string, ca: string): string {
  const path = join(keyDir, 'ca-of-the-router.pem');
  writeFileSync(path, ca);
  return path;
}
