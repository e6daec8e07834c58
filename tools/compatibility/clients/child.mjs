// node child.mjs DRIVER: puts one library through every case. Its parent keeps the routers, and counts their requests.
import { inspect } from 'node:util';
import {
  InMemorySpanExporter,
  BasicTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { SecureChatCompletion } from 'nomyo-js';
import { createSecureFetch } from 'nomyo-js/fetch';
import { instrument } from 'nomyo-js/otel';
import { CASES } from './cases.mjs';
import { LIBRARIES } from './libraries.mjs';

const [driver] = process.argv.slice(2);
const { lacks = [] } = LIBRARIES.find((library) => library.driver === driver);
const { connect } = await import(`./${driver}.mjs`);

const { prompt } = await new Promise((resolve) => process.once('message', resolve));

/** Cases under way: each waits for its router, and one of them for its request to arrive there. */
const waiting = new Map();
process.on('message', ({ type, name, ...message }) => waiting.get(`${type} ${name}`)?.(message));
const told = (type, name) => new Promise((resolve) => waiting.set(`${type} ${name}`, resolve));

const cases = CASES.filter(({ name }) => !lacks.includes(name));
await Promise.all(cases.filter(({ timeoutMs }) => timeoutMs === undefined).map(run));
// Run alone, so that other work does not use up their time.
for (const test of cases.filter(({ timeoutMs }) => timeoutMs !== undefined)) await run(test);
process.disconnect();

async function run(test) {
  const { name } = test;
  const opened = told('opened', name);
  process.send({ type: 'open', name });
  const { options } = await opened;
  const spans = new InMemorySpanExporter();
  const logged = [];
  const outcome = await attempt(test, clientOf(options, spans), logged);
  const places = { error: outcome.error, log: logged, span: spans.getFinishedSpans().map(dataOf) };
  const leaks = Object.entries(places).filter(([, value]) => shownOf(value).includes(prompt));
  process.send({
    type: 'done',
    name,
    text: outcome.text,
    ...('error' in outcome ? { error: describe(outcome.error) } : {}),
    leaks: leaks.map(([place]) => place),
  });
}

function clientOf(options, spans) {
  const client = new SecureChatCompletion({ ...options, timeout: 20_000 });
  return instrument(client, {
    tracerProvider: new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
  });
}

async function attempt({ name, call, abort, timeoutMs }, client, logged) {
  const log = (...entry) => logged.push(entry);
  const logger = { debug: log, info: log, warn: log, error: log };
  const config = { client, logger, onError: log };
  const secureFetch = createSecureFetch(config);
  const controller = new AbortController();
  if (abort === 'before') controller.abort();
  if (abort === 'during') void told('arrived', name).then(() => controller.abort());
  try {
    // A timeout of the library is to end a call, not the fetch of a key.
    await secureFetch.ready();
    const library = connect({ secureFetch, config, timeoutMs, prompt });
    return { text: await library[call](abort === undefined ? undefined : controller.signal) };
  } catch (error) {
    return { error };
  } finally {
    client.dispose();
  }
}

/** The first things an application sees: class, status and code, wherever this library puts them. */
function describe(error) {
  const last = error.lastError ?? error;
  const body = bodyOf(last);
  return {
    name: nameOf(error),
    ...(last === error ? {} : { last: nameOf(last) }),
    status: last.status ?? last.statusCode ?? last.data?.status,
    code: body?.error?.code ?? last.error?.code ?? (typeof last.code === 'string' ? last.code : undefined),
  };
}

function nameOf(error) {
  const { name } = error.constructor;
  return ['Error', 'Object', 'DOMException'].includes(name) ? error.name : name.replace(/^_/, '');
}

function bodyOf({ responseBody, body, error }) {
  if (typeof error === 'object' && error !== null) return { error: error.error ?? error };
  try {
    return JSON.parse(responseBody ?? body);
  } catch {
    return undefined;
  }
}

function dataOf({ name, attributes, events, status, resource, links }) {
  return { name, attributes, events, status, resource: resource?.attributes, links };
}

/** All that a debugger, a log or an error reporter could show. */
function shownOf(value) {
  return inspect(value, { depth: Infinity, showHidden: true, maxArrayLength: null, maxStringLength: null });
}
