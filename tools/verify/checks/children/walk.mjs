// Makes one warm create() without nomyo-native, and reports to its parent which package functions that call entered:
// `{ url, name, offset }`, the place being the one in dist. walk.mjs starts it with the router's URL and CA.
import { Session } from 'node:inspector/promises';
import Module from 'node:module';
import process from 'node:process';

const REQUEST = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] };
const SHIPPED = /\/packages\/[^/]+\/dist\//;

/** The first calls open the connection, fetch the router's key, and import the client's own as often as it is used. */
const WARM_UP = 8;

/** Makes nomyo-native look as if it were not installed. */
const load = Module._load;
Module._load = (name, ...rest) => {
  if (name !== 'nomyo-native') return load(name, ...rest);
  throw Object.assign(new Error('left out'), { code: 'MODULE_NOT_FOUND' });
};

async function trace(url, ca) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  const { SecureChatCompletion } = await import('nomyo-js');
  const tls = { ca, replaceDefaultRoots: true };
  const client = new SecureChatCompletion({ baseUrl: url, keyDir: null, apiKey: 'none', tls });
  for (let i = 0; i < WARM_UP; i += 1) await client.create(REQUEST);
  await session.post('Profiler.takePreciseCoverage');
  await client.create(REQUEST);
  const { result } = await session.post('Profiler.takePreciseCoverage');
  client.dispose();
  return result.filter(({ url: script }) => SHIPPED.test(script)).flatMap(enteredIn);
}

const enteredIn = ({ url, functions }) =>
  functions
    .filter(({ ranges }) => ranges[0].count > 0)
    .map(({ functionName, ranges }) => ({ url, name: functionName, offset: ranges[0].startOffset }));

process.send(await trace(...process.argv.slice(2)), () => process.exit());
