/** `nomyo open FILE`: reads what was sealed to the public key of a pair, one envelope a line. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { NomyoError, SecurityError, type NomyoErrorCode } from '@nomyo/base';
import { openEnvelope, type RsaPrivateKey } from '@nomyo/crypto';
import { loadKeyFiles } from '@nomyo/keystore';
import type { Context } from '../../context.js';
import { CommandFailed, EXIT, UsageError } from '../../exit/codes.js';
import { codeOf, whileReading } from '../../io/file.js';
import { keyDirectory } from '../keys/directory.js';
import { readPair } from '../keys/pair.js';
import { knownPassword } from '../keys/password.js';

/** Prints the opened lines on stdout. */
export async function run(context: Context): Promise<void> {
  const [path = ''] = context.words;
  const { privateKeyPath, encryption } = await readPair(keyDirectory(context));
  const password = await knownPassword(context, encryption === 'password');
  const key = await loadKeyFiles({ privateKeyPath, ...(password === undefined ? {} : { password }) });
  try {
    await whileReading(path, () => openLines(path, key, context));
  } catch (error) {
    if (TOLD.some((kind) => error instanceof kind)) throw error;
    context.signal.throwIfAborted();
    throw new UsageError(`${path} cannot be read (${codeOf(error)})`);
  } finally {
    key.dispose();
  }
}

/** Errors whose message needs no explanation. */
const TOLD = [NomyoError, UsageError, CommandFailed] as const;

/** So many lines that do not open are named; the others are counted. */
const NAMED = 20;

/**
 * Each line is sealed by itself, so one that is damaged costs no other one.
 *
 * @throws {CommandFailed} at the end, when lines did not open
 */
async function openLines(path: string, key: RsaPrivateKey, { output, signal }: Context): Promise<void> {
  let number = 0;
  let failed = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    signal.throwIfAborted();
    number += 1;
    if (line === '') continue;
    const opened = await openLine(line, key);
    if (opened.why === undefined) {
      output.answer(`${opened.text}\n`);
      continue;
    }
    failed += 1;
    if (failed <= NAMED) output.warn(`nomyo: ${path}, line ${String(number)}: ${opened.why}`);
  }
  if (failed === 0) return;
  const which = failed === 1 ? '1 line' : `${String(failed)} lines`;
  throw new CommandFailed(`${path}: ${which} did not open`, EXIT.security);
}

/** The text of a line, or why it cannot be read. */
type OpenedLine =
  { readonly text: string; readonly why?: undefined } | { readonly text?: undefined; readonly why: string };

async function openLine(line: string, key: RsaPrivateKey): Promise<OpenedLine> {
  try {
    const { plaintext } = await openEnvelope(new TextEncoder().encode(line), key);
    return { text: plaintext.use((bytes) => new TextDecoder().decode(bytes)) };
  } catch (error) {
    if (!(error instanceof SecurityError)) throw error;
    return { why: WHY[error.code] ?? error.message };
  }
}

/** In a file nothing was "answered": the words of an answer that does not open would mislead. */
const WHY: Readonly<Partial<Record<NomyoErrorCode, string>>> = {
  INVALID_ENVELOPE: 'is no sealed line, or was damaged',
  DECRYPTION_FAILED: 'was damaged, or sealed to another key',
};
