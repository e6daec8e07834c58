// open.mjs OPTIONS_JSON [rotate|stay]: opens a key store, says what it got as one line of JSON, and ends; with `stay`
// it does not dispose of the store, and must end all the same.
import { KeyStore } from '@nomyo/keystore';

const [, , options, then] = process.argv;
const events = [];
const store = new KeyStore({ keySize: 2048, onEvent: (event) => events.push(event), ...JSON.parse(options) });
try {
  await store.ready();
  if (then === 'rotate') await store.rotate();
  const lease = await store.acquire();
  const { fingerprint } = lease.keys.publicKey;
  lease.release();
  console.log(JSON.stringify({ fingerprint, events: events.map(({ type }) => type) }));
} catch (error) {
  const { name, code, path, message } = error;
  console.log(
    JSON.stringify({ error: { name, code, path, message }, events: events.map(({ type }) => type) }),
  );
}
if (then !== 'stay') store.dispose();
