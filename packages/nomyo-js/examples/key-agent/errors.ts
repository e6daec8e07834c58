import { NomyoError, type NomyoErrorOptions } from '@nomyo/crypto';

/**
 * The key agent cannot be reached, went away, or did not do what it was asked. The answer that could not be opened is
 * lost: it was made, and may be billed. Start the agent again, then repeat the call.
 */
export class KeyAgentError extends NomyoError {
  override readonly name: string = 'KeyAgentError';

  constructor(message: string, options?: NomyoErrorOptions) {
    super('CONNECTION_FAILED', message, options);
  }
}
