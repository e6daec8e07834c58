/** Answers over `fetch` that are read as they arrive. Loaded with the first one. */
import { abortable, LightAbortController } from '@nomyo/base';
import { StreamedBody } from '../answer/streamed-body.js';
import { startDeadline, type Deadline } from '../client/deadline.js';
import type { HttpStreamRequest, HttpStreamResponse } from '../client/http.js';
import { failedAttempt } from './fetch-failure.js';
import { chunksOf, type Opened } from './fetch-response.js';

/**
 * Sends a request, and resolves as soon as the head of the answer has arrived.
 *
 * @param open sends the request
 */
export async function openStream(
  request: HttpStreamRequest,
  deadline: Deadline,
  open: (signal: AbortSignal) => Promise<Opened>,
): Promise<HttpStreamResponse> {
  const { method, maxBytes, maxBytesName, timeout, idleTimeout = timeout } = request;
  const controller = new LightAbortController();
  const stopClock = startDeadline(deadline, controller);
  // The fetch ends with the attempt, and when the reader stops.
  const fetching = new AbortController();
  controller.addEventListener('abort', () => fetching.abort(controller.reason));
  const release = (): void => {
    stopClock();
    fetching.abort();
  };
  try {
    const { head, declared, response } = await abortable(open(fetching.signal), controller);
    const attempt = failedAttempt(request, method !== 'GET');
    const limits = { maxBytes, maxBytesName, idleTimeout };
    const source = { declared, chunks: chunksOf(response), ...limits, attempt, controller, release };
    return { ...head, body: new StreamedBody(source) };
  } catch (error) {
    release();
    controller.throwIfAborted();
    throw error;
  }
}
