// One process of a fleet: asks as fast as it may until it is told to stop, and prints how many answers it got.
import { Redis } from 'ioredis';
import { SecureChatCompletion } from 'nomyo-js';
import { redisRateLimit } from 'nomyo-js/redis-rate-limit';

const { url, ca, port, apiKey, limit, seconds } = JSON.parse(process.argv[2]);
const redis = new Redis({ port, host: '127.0.0.1' });
const client = new SecureChatCompletion({
  baseUrl: url,
  apiKey,
  tls: { ca },
  keyDir: null,
  keySize: 2048,
  maxRetries: 0,
  rateLimit: redisRateLimit({ client: redis, ...limit }),
});
await client.ready();
const end = AbortSignal.timeout(seconds * 1000);
let answers = 0;
const ask = async () => {
  while (!end.aborted) {
    await client.create({ model: 'm', messages: [{ role: 'user', content: 'x' }] }, { signal: end });
    answers += 1;
  }
};
const results = await Promise.allSettled([ask(), ask(), ask()]);
const failures = results.filter(({ reason }) => reason !== undefined && reason !== end.reason);
client.dispose();
redis.disconnect();
console.log(JSON.stringify({ answers, failures: failures.map(({ reason }) => String(reason)) }));
