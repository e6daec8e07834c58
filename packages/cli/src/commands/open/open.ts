/** `nomyo open FILE`: reads what was sealed to the public key of a pair, one envelope a line. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { isObject, NomyoError, SecurityError } from '@nomyo/base';
import { openEnvelope, type RsaPrivateKey } from '@nomyo/crypto';
import { loadKeyFiles } from '@nomyo/keystore';
import type { Context } from '../../context.js';
import { UsageError } from '../../exit/codes.js';
import { keyDirectory } from '../keys/directory.js';
import { readPair } from '../keys/pair.js';
import { knownPassword } from '../keys/password.js';

export async function run(context: Context): Promise<void> {
  const [path = ''] = context.words;
  const { privateKeyPath, encryption } = await readPair(keyDirectory(context));
  const password = await knownPassword(context, encryption === 'password');
  const key = await loadKeyFiles({ privateKeyPath, ...(password === undefined ? {} : { password }) });
  try {
    await openLines(path, key, context);
  } catch (error) {
    if (error instanceof NomyoError || error instanceof UsageError) throw error;
    context.signal.throwIfAborted();
    const code = isObject(error) ? String(error['code']) : 'unknown error';
    throw new UsageError(`${path} cannot be read (${code})`);
  } finally {
    key.dispose();
  }
}

/** @throws {SecurityError} naming the line that does not open; those before it were printed */
async function openLines(path: string, key: RsaPrivateKey, { output, signal }: Context): Promise<void> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    signal.throwIfAborted();
    number += 1;
    if (line === '') continue;
    output.answer(`${await openLine(line, key, `${path}, line ${String(number)}`)}\n`);
  }
}

async function openLine(line: string, key: RsaPrivateKey, where: string): Promise<string> {
  try {
    const { plaintext } = await openEnvelope(new TextEncoder().encode(line), key);
    return plaintext.use((bytes) => new TextDecoder().decode(bytes));
  } catch (error) {
    if (!(error instanceof SecurityError)) throw error;
    throw new SecurityError(error.code, `${where}: ${error.message}`, { cause: error });
  }
}
