import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KEY_SIZES, type KeySize } from '@nomyo/crypto';
import type { Measured } from '../child/load.js';
import type { ClientProcess } from '../client-process.js';
import { formatNumber, formatRatio } from '../format.js';
import { interleave, type Rounds } from '../interleave.js';
import type { Bar } from '../result.js';
import type { Bench, Row } from '../row.js';
import { median, ratios } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import { cpuPerCall, order, spreadOf, throughput, warmUp } from './common.js';
import { summarize } from '../stats.js';

/** Other versions, as npm packages; pinned. */
const OTHER_NODES = ['22.23.3', '24.21.0'] as const;

/** NIST SP 800-57 part 1 revision 5, table 2; 4096 lies between its rows. */
const STRENGTH: Readonly<Record<KeySize, string>> = {
  2048: '112 bits: acceptable until 2030, for short-lived pairs',
  3072: '128 bits: acceptable beyond 2030',
  4096: 'about 140 bits: the default',
};

const ROUNDS = 5;
const ONE_BY_ONE = { concurrency: 1, promptBytes: ONE_KB, ms: 500 } as const;
const AT_ONCE = { concurrency: 16, promptBytes: ONE_KB, ms: 800 } as const;
const WARM_UP_MS = 700;

/** What shorter keys and newer versions of Node give. */
export const nodes: Row = {
  id: 'nodes',
  title: 'Key sizes and versions of Node',
  about: 'Calls of 1 KB with the client’s own pair of 2048, 3072 and 4096 bits, on three versions of Node.',
  inShort: false,
  measure: async (bench) => {
    const rows: string[][] = [];
    const bars: Bar[] = [];
    const notes: string[] = [];
    for (const version of [process.versions.node, ...OTHER_NODES]) {
      try {
        const execPath =
          version === process.versions.node ? process.execPath : await installNode(bench, version);
        for (const keySize of KEY_SIZES) {
          const measured = await measureOne(bench, execPath, keySize);
          rows.push(rowOf(version, keySize, measured));
          const perSecond = summarize(measured.many.ours.map(throughput));
          bars.push({ label: `Node ${version}, RSA-${String(keySize)}`, ...spreadOf(perSecond) });
        }
      } catch (error) {
        const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
        notes.push(`Node ${version} is left out: ${reason}`);
      }
    }
    const head = [
      'Node',
      'key',
      'security level (NIST)',
      'p50 alone, ms',
      'CPU per call, ms',
      'calls/s, 16 at once',
      'beside hand-written',
    ];
    const title = 'Calls of 1 KB a second, 16 at once, one process';
    return {
      figures: [],
      tables: [{ title: '', head, rows }],
      plots: [{ kind: 'bars', name: 'nodes', title, unit: 'calls/s', bars }],
      notes,
    };
  },
};

type Kind = 'ours' | 'reference';

interface MeasuredNode {
  readonly one: Rounds<Kind, Measured>;
  readonly many: Rounds<Kind, Measured>;
}

async function measureOne({ workshop }: Bench, execPath: string, keySize: KeySize): Promise<MeasuredNode> {
  const router = await workshop.router(true);
  const client = async (kind: Kind): Promise<ClientProcess> => {
    const started = await workshop.client(order(kind, router, { keySize, execPath }));
    await warmUp(started, WARM_UP_MS);
    return started;
  };
  const [ours, reference] = [await client('ours'), await client('reference')];
  const turns = (load: typeof ONE_BY_ONE | typeof AT_ONCE): Promise<Rounds<Kind, Measured>> =>
    interleave({ ours: () => ours.load(load), reference: () => reference.load(load) }, ROUNDS);
  const measured = { one: await turns(ONE_BY_ONE), many: await turns(AT_ONCE) };
  workshop.stopChildren();
  return measured;
}

function rowOf(version: string, keySize: KeySize, { one, many }: MeasuredNode): string[] {
  return [
    version,
    `RSA-${String(keySize)}`,
    STRENGTH[keySize],
    formatNumber(median(one.ours.flatMap(({ latencies }) => [...latencies]))),
    formatNumber(median(one.ours.map(cpuPerCall))),
    formatNumber(median(many.ours.map(throughput))),
    formatRatio(median(ratios(many.ours.map(throughput), many.reference.map(throughput)))),
  ];
}

/** Path of the binary. */
async function installNode({ workshop }: Bench, version: string): Promise<string> {
  const directory = workshop.path(`node-${version}`);
  await mkdir(directory, { recursive: true });
  const run = promisify(execFile);
  // The package's script links the binary; under pnpm, npm would be told to run none.
  const flags = ['--ignore-scripts=false', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
  const shell = process.platform === 'win32';
  await run('npm', ['install', '--prefix', directory, ...flags, `node@${version}`], {
    cwd: directory,
    shell,
  });
  const binary = join(
    directory,
    'node_modules',
    'node',
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  const { stdout } = await run(binary, ['--version']);
  if (stdout.trim() !== `v${version}`) throw new Error(`the package brought ${stdout.trim()}`);
  return binary;
}
