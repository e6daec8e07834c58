/** Helpers that hook into jest. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';

/**
 * New directories for one test each, removed after it. Call once per test file.
 *
 * @param name shows whose they are, should a run be killed
 */
export function temporaryDirectories(name: string): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
  });
  return () => {
    const directory = mkdtempSync(join(tmpdir(), `nomyo-${name}-`));
    made.push(directory);
    return directory;
  };
}
