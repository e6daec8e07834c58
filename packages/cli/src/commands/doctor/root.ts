/** With `--root`: whether the router has a key that the root vouches for. Nothing is asked of a model. */
import { clientConfig } from '../../client/config.js';
import type { Context } from '../../context.js';
import { errorReport } from '../../exit/report.js';
import { fail, ok } from './check.js';

const ASK = 'do not send anything there; ask the operator for the pin of the root and its realm';

/** As the client itself sees it: signature, realm, life, and that no newer configuration was seen before. */
export async function rootFinding(
  context: Context,
  roots: readonly string[],
): Promise<ReturnType<typeof ok>> {
  const { SecureChatCompletion } = await import('nomyo-js');
  try {
    const client = new SecureChatCompletion(await clientConfig(context));
    try {
      await client.ready();
    } finally {
      client.dispose();
    }
  } catch (error) {
    context.signal.throwIfAborted();
    const { message, fix = ASK } = errorReport(error).error;
    return fail(message, fix);
  }
  return ok(`version 2 of the protocol: signed under ${roots.join(' or ')}`);
}
