/** The list of models in version 1. The request is not sealed, since it holds no prompt and no answer. */
import { SecureByteContext } from '@nomyo/crypto';
import { endpoint, errorOfResponse } from '@nomyo/transport';
import {
  MODELS_PATH,
  type Exchange,
  type PreparedCall,
  type ProtocolContext,
  type WholeAnswer,
} from '../protocol.js';

/** Longest list, in bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

/** One request for the list. */
export class ModelsExchange implements Exchange {
  readonly #context: ProtocolContext;
  readonly #call: PreparedCall;

  constructor(context: ProtocolContext, call: PreparedCall) {
    this.#context = context;
    this.#call = call;
  }

  /** @throws {APIError} on any status other than 200 */
  async attempt(): Promise<WholeAnswer> {
    const { apiKey, timeout, signal } = this.#call;
    const { http, options } = this.#context;
    const response = await http.send({
      method: 'GET',
      url: endpoint(options.baseUrl, MODELS_PATH),
      headers: {
        accept: 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      timeout,
      maxBytes: MAX_BYTES,
      signal,
    });
    if (response.status !== 200) {
      throw errorOfResponse(response, { method: 'GET', secrets: [apiKey ?? ''] });
    }
    // Public, so it needs no protected memory.
    const plaintext = new SecureByteContext(response.body, { secure: false });
    return { kind: 'whole', plaintext, facts: { metadata: {} } };
  }

  end(): void {
    // Nothing is kept.
  }
}
