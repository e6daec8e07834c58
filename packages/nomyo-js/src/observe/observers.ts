/** Who watches a client, and telling them about a call without ever depending on them. */
import { isObject } from '@nomyo/base';
import { SECURITY_TIERS } from '../chat/request.js';
import type { ChatCompletionStream } from '../stream/chunk-types.js';
import { ObservedCall } from './observed-call.js';
import type { CallObserver, CallStart } from './observer.js';
import { parametersOf } from './parameters.js';

/** What is watched: a request, and how it is made. */
export interface WatchedRequest {
  readonly request: unknown;
  /** Where it is no member of the request. */
  readonly securityTier?: unknown;
  readonly payloadId: string;
  readonly stream: boolean;
  readonly signal: { readonly aborted: boolean } | undefined;
}

/** The observers of one client. */
export class Observers {
  readonly #router: URL;
  readonly #observers = new Set<CallObserver>();

  /** @param router its base URL */
  constructor(router: URL) {
    this.#router = router;
  }

  /** @returns ends it; calls under way are told to their end */
  add(observer: CallObserver): () => void {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  /** Runs a call and tells it. One that gives a stream is over when the stream is. */
  async watch<T>(watched: WatchedRequest, task: (call: ObservedCall) => Promise<T>): Promise<T> {
    const call = new ObservedCall(this.#observers, () => this.#startOf(watched), watched.signal);
    try {
      const result = await task(call);
      if (!watched.stream) call.end();
      return result;
    } catch (error) {
      call.fail(error);
      throw error;
    }
  }

  #startOf({ request, securityTier, payloadId, stream }: WatchedRequest): CallStart {
    const members = isObject(request) ? request : {};
    const { protocol, hostname, port } = this.#router;
    const model = members['model'];
    const tier = securityTier ?? members['security_tier'];
    return {
      payloadId,
      model: typeof model === 'string' ? model : undefined,
      securityTier: SECURITY_TIERS.find((known) => known === tier),
      stream,
      server: { address: hostname, port: Number(port) || (protocol === 'http:' ? 80 : 443) },
      parameters: parametersOf(members),
    };
  }
}

/** The same stream; its first chunk and its end are told, in whatever way it ends. */
export function watchStream(stream: ChatCompletionStream, call: ObservedCall): ChatCompletionStream {
  return {
    payloadId: stream.payloadId,
    synthetic: stream.synthetic,
    [Symbol.asyncIterator]: () => {
      // At once, so that who reads a second time is told so at once.
      const chunks = stream[Symbol.asyncIterator]();
      return call.chunks({ [Symbol.asyncIterator]: () => chunks });
    },
  };
}
