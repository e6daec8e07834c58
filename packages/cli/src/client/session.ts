/** A client for the time of one command, with a local router where one was asked for. */
import type { SecureChatCompletion, SecureChatCompletionConfig } from 'nomyo-js';
import type { Context } from '../context.js';
import { UsageError } from '../exit/codes.js';
import { withAudit } from './audit.js';
import { clientConfig } from './config.js';
import { withLocal } from './local.js';

/** The context of a command that makes calls. */
export interface Session {
  readonly client: SecureChatCompletion;
  /** With the settings as `--local` changes them. */
  readonly context: Context;
}

/**
 * Runs `use` with a client, and disposes of it whatever happens.
 *
 * @param more options in addition to those from the settings
 */
export async function withClient(
  context: Context,
  use: (session: Session) => Promise<void>,
  more: (context: Context) => SecureChatCompletionConfig = () => ({}),
): Promise<void> {
  const local = await withLocal(context);
  try {
    const config = await clientConfig(local.context);
    await withAudit(local.context, async (audit) => {
      const nomyo = await import('nomyo-js');
      const client = new nomyo.SecureChatCompletion({ ...config, ...more(local.context), ...audit });
      try {
        await use({ client, context: local.context });
      } finally {
        client.dispose();
      }
    });
  } finally {
    await local.close();
  }
}

/** @throws {UsageError} when no model was named */
export function modelOf({ settings: { model } }: Context): string {
  if (model !== undefined) return model;
  throw new UsageError('no model: name one with --model, NOMYO_MODEL, or model in the configuration file');
}
