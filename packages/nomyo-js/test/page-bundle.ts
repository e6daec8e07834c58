/** The built packages, bundled for pages as an application would. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('children/bundle.mjs', import.meta.url));
const FLAGS = ['--conditions=browser', '--experimental-import-meta-resolve'];

/** After gzip, in bytes. */
export interface BundleSize {
  /** The size of what a page loads before it can use anything. */
  readonly initial: number;
  /** With everything that it may load later. */
  readonly total: number;
}

/** Files in a directory of their own. */
export interface PageBundle {
  readonly directory: string;
  readonly sizes: Readonly<Record<string, BundleSize>>;
  remove(): Promise<void>;
}

/** @param entries code of each entry, by the name of its file without `.js` */
export async function bundleForPages(entries: Readonly<Record<string, string>>): Promise<PageBundle> {
  const directory = await mkdtemp(join(tmpdir(), 'nomyo-page-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true });
  try {
    const args = Object.entries(entries).map(([name, code]) => `${name}=${code}`);
    const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, PROGRAM, directory, ...args], {
      cwd: import.meta.dirname,
    });
    return { directory, sizes: JSON.parse(stdout) as PageBundle['sizes'], remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
