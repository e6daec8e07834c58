// A router whose KEM key the test knows, with a clock that the test moves: messages on stdin, one a line.
import { createInterface } from 'node:readline';
import { SecureByteContext } from '@nomyo/crypto';
import { generateKemKey, importKemKey } from '@nomyo/protocol-v2';
import { oneUpstream, openSigner, OPEN_TO_ALL, startServer } from '@nomyo/router';

const [signer, upstream, seedHex] = process.argv.slice(2);
let ahead = 0;
let isFirst = true;

const server = await startServer({
  protocol: {
    async makeKey(options) {
      if (!isFirst) return generateKemKey(options);
      isFirst = false;
      // Half of the digits at a time: the seed is never in one piece outside of protected memory.
      const seed = SecureByteContext.allocate(32);
      seed.borrow((bytes) => {
        for (let i = 0; i < 32; i += 1) bytes[i] = Number.parseInt(seedHex.slice(2 * i, 2 * i + 2), 16);
      });
      return importKemKey(seed, options);
    },
  },
  signer: await openSigner(signer),
  access: OPEN_TO_ALL,
  tiers: oneUpstream(upstream),
  print: () => undefined,
  now: () => Date.now() / 1000 + ahead,
});
console.log(JSON.stringify({ url: server.url }));

for await (const line of createInterface(process.stdin)) {
  const { seconds } = JSON.parse(line);
  ahead += seconds;
  // Timers look at the clock every 15 s; a request looks at once.
  await fetch(`${server.url}/v2/${'0'.repeat(32)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/nomyo-v2-request' },
    body: Buffer.concat([Buffer.from('NYQ2'), Buffer.alloc(16), Buffer.alloc(24)]),
  });
  console.log(JSON.stringify({ now: Date.now() / 1000 + ahead }));
}
await server.close();
