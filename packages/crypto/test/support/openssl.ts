/** The `openssl` command, where there is one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const version = spawnSync('openssl', ['version'], { encoding: 'utf8' });

/** Why tests against openssl are skipped, or `undefined`. */
export const whyNoOpenssl = version.status === 0 ? undefined : 'there is no openssl command';

/** Runs openssl in a directory of its own that holds `files`, and gives its output. */
export function openssl(
  args: readonly string[],
  files: Readonly<Record<string, Uint8Array | string>> = {},
  input?: Uint8Array,
): Buffer {
  const cwd = mkdtempSync(join(tmpdir(), 'nomyo-crypto-openssl-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
    const run = spawnSync('openssl', args, { cwd, ...(input === undefined ? {} : { input }) });
    if (run.status !== 0) throw new Error(`openssl ${args.join(' ')}: ${run.stderr.toString()}`);
    return run.stdout;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
