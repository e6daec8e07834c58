/** The span of a stream is open until the stream ends, however it ends. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from '@jest/globals';
import { until } from '@nomyo/testkit';
import { createSecureFetch } from '../../src/fetch/index.js';
import { instrument } from '../../src/otel/index.js';
import { post, URL_OF_CHAT } from '../fetch/support.js';
import { cleanUp, client, REQUEST, rejection, router } from '../support.js';
import { client as clientOfV2, stage, streaming } from '../v2/stage.js';
import { DONE, eventOf } from '../v2/model.js';
import { lookAtAll, telemetry } from './support.js';

afterEach(cleanUp);

const STREAMED = { ...REQUEST, stream: true } as const;
const never = () => new Promise<void>(() => undefined);

/** A model that says one word, and then nothing more. */
const silent = streaming([eventOf('One'), eventOf('', 'stop'), DONE], (i) => (i === 0 ? undefined : never()));

describe('the span of a stream that nobody reads', () => {
  it("ends with the client, and knows the answer's facts", async () => {
    const { options, spans, points } = telemetry();
    const made = instrument(client(await router()), options);
    await made.create(STREAMED);
    expect(spans()).toHaveLength(0);
    await made.close();
    expect(spans()).toHaveLength(1);
    expect(spans()[0]?.attributes).toMatchObject({ 'gen_ai.response.finish_reasons': ['stop'] });
    expect(spans()[0]?.attributes).not.toHaveProperty(['error.type']);
    lookAtAll(spans(), await points());
  });

  it('ends when the stream is collected', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { options, spans } = telemetry();
    const made = instrument(client(await router()), options);
    await made.create(STREAMED);
    await until(() => {
      collect();
      return spans().length > 0;
    });
    expect(spans()).toHaveLength(1);
  });

  it('ends when the body of the answer is cancelled before the first read', async () => {
    const { options, spans } = telemetry();
    const secureFetch = createSecureFetch({ client: instrument(client(await router()), options) });
    const response = await secureFetch(URL_OF_CHAT, post(STREAMED));
    await response.body?.cancel();
    expect(spans()).toHaveLength(1);
    expect(spans()[0]?.attributes).not.toHaveProperty(['error.type']);
  });

  it('ends with an abort while the answer is still on its way, and so does the request', async () => {
    const here = await stage({ script: silent });
    const { options, spans } = telemetry();
    const made = instrument(clientOfV2(here), options);
    const controller = new AbortController();
    await made.create(STREAMED, { signal: controller.signal });
    controller.abort();
    expect(spans().map(({ attributes }) => attributes['error.type'])).toEqual([expect.any(String)]);
    await here.model.asked[0]?.closed;
  });
});

describe('a consumer that goes away while a stream is silent', () => {
  it('ends span and request at once, without a failure', async () => {
    const here = await stage({ script: silent });
    const { options, spans } = telemetry();
    const errors: unknown[] = [];
    const secureFetch = createSecureFetch({
      client: instrument(clientOfV2(here), options),
      onError: (error) => void errors.push(error),
    });
    const reader = (await secureFetch(URL_OF_CHAT, post(STREAMED))).body?.getReader();
    await reader?.read();
    const waiting = reader?.read();
    await reader?.cancel();
    await here.model.asked[0]?.closed;
    expect((await waiting)?.done).toBe(true);
    expect(spans()).toHaveLength(1);
    expect(spans()[0]?.attributes).not.toHaveProperty(['error.type']);
    expect(errors).toEqual([]);
  });

  it('or by return() of the iterator', async () => {
    const here = await stage({ script: silent });
    const { options, spans } = telemetry();
    const stream = await instrument(clientOfV2(here), options).create(STREAMED);
    const chunks = stream[Symbol.asyncIterator]();
    await chunks.next();
    const waiting = rejection(chunks.next());
    await chunks.return?.();
    await waiting;
    await here.model.asked[0]?.closed;
    expect(spans()).toHaveLength(1);
  });
});
