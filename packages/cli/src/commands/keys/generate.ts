/** `nomyo keys generate`: a new pair where none is. */
import { generateKeyFiles } from '@nomyo/keystore';
import type { KeySize } from '@nomyo/crypto';
import type { Context } from '../../context.js';
import { UsageError } from '../../exit/codes.js';
import { keyDirectory } from './directory.js';
import { newPassword } from './password.js';
import { refuseExisting } from './refuse-existing.js';
import { tellPair } from './tell.js';

const SIZES: readonly KeySize[] = [2048, 3072, 4096];

/** Asks for a password twice on a terminal, and writes the pair. */
export async function run(context: Context): Promise<void> {
  const keyDir = keyDirectory(context);
  const keySize = sizeOf(context.flags['keySize']);
  // Before anybody types a password for nothing.
  await refuseExisting(keyDir);
  const password = await newPassword(context);
  context.output.note('nomyo: making a key pair; this takes a few seconds');
  await generateKeyFiles({
    keyDir,
    ...(keySize === undefined ? {} : { keySize }),
    ...(password === undefined ? {} : { password }),
  });
  await tellPair(context, keyDir);
}

function sizeOf(given: unknown): KeySize | undefined {
  if (given === undefined) return undefined;
  const size = SIZES.find((bits) => String(bits) === given);
  if (size === undefined) throw new UsageError(`--key-size must be one of ${SIZES.join(', ')}`);
  return size;
}
