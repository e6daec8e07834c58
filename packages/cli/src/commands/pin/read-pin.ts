/** The pin of the router's key, and who vouches for the connection that it came over. */
import type { Context } from '../../context.js';
import { CommandFailed, EXIT } from '../../exit/codes.js';
import { codeOf } from '../../io/file.js';
import { baseUrlOf, probe, routerKey, type ProbeFacts } from '../../router/probe.js';

/** The key of a moment. */
export interface PinFacts {
  readonly pin: string;
  /** In bits. */
  readonly keySize: number;
  readonly url: string;
  readonly certificate: string | undefined;
  readonly issuer: string | undefined;
  readonly validTo: string | undefined;
}

/** @throws {CommandFailed} when the router cannot be reached over verified TLS, or sends no key */
export async function readPin(context: Context): Promise<PinFacts> {
  const url = baseUrlOf(context.settings);
  const seen = await reach(context);
  if (seen.status !== 200) {
    throw new CommandFailed(`${url.href} answered ${String(seen.status)}, and no key`, EXIT.api);
  }
  const key = await routerKey(seen);
  const [leaf] = seen.chain;
  return {
    pin: key.fingerprint,
    keySize: key.modulusLength,
    url: url.href,
    certificate: leaf?.subject,
    issuer: seen.chain.at(-1)?.issuer,
    validTo: leaf?.validTo,
  };
}

async function reach(context: Context): Promise<ProbeFacts> {
  try {
    return await probe(context);
  } catch (error) {
    context.signal.throwIfAborted();
    throw new CommandFailed(
      `${baseUrlOf(context.settings).href} cannot be reached (${codeOf(error)}); see what \`nomyo doctor\` says`,
      EXIT.connection,
    );
  }
}
