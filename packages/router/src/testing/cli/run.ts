import { writeFile } from 'node:fs/promises';
import { startRouter, type Router } from '../router.js';
import { bannerText } from './banner.js';
import type { Command } from './command-line.js';
import { readOrMakeKeyFile } from './key-file.js';
import { UsageError } from '../../usage-error.js';

/** Writes one line to the terminal. */
export type Print = (line: string) => void;

/**
 * Starts the router that the command line describes, and prints where it is.
 *
 * @throws {UsageError} when a file cannot be used
 * @throws what {@link startRouter} throws
 */
export async function run(command: Extract<Command, { kind: 'run' }>, print: Print): Promise<Router> {
  const { options, keyFile, certFile } = command;
  const keyPem = keyFile === undefined ? undefined : await readOrMakeKeyFile(keyFile, options.keySize);
  try {
    const router = await startRouter({ ...options, ...(keyPem === undefined ? {} : { keyPem }), log: print });
    await writeCa(router, certFile);
    print(bannerText(router, { ...options, certFile }));
    return router;
  } finally {
    keyPem?.fill(0);
  }
}

async function writeCa(router: Router, certFile: string | undefined): Promise<void> {
  if (certFile === undefined || router.ca === undefined) return;
  try {
    await writeFile(certFile, router.ca);
  } catch {
    await router.close();
    throw new UsageError(`--cert-file ${certFile} cannot be written`);
  }
}
