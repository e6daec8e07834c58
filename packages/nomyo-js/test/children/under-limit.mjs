// under-limit.mjs < CONFIG_JSON: what a client with phiPolicy does in a process that may lock little memory.
// Run under `prlimit --memlock`; prints JSON.
import { text } from 'node:stream/consumers';
import { getMemoryProtectionInfo, phiPolicy, SecureChatCompletion } from 'nomyo-js';

const CALLS = 24;
const AT_ONCE = 16;
const MIB = 1024 * 1024;

const config = JSON.parse(await text(process.stdin));
const client = new SecureChatCompletion({ ...config, keyDir: null, keySize: 2048, policy: phiPolicy });
const told = [];
client.observe({ begin: () => ({ end: ({ memoryLocked }) => void told.push(memoryLocked) }) });

const request = (bytes) => ({
  model: 'm',
  security_tier: 'maximum',
  messages: [{ role: 'user', content: 'x'.repeat(bytes) }],
});

/** Whether the bytes of one answer are locked; the code of the error of a call that failed. */
async function outcomeOf(bytes) {
  try {
    const answer = await client.createRaw(request(bytes));
    return answer.use(() => answer.locked);
  } catch ({ code, possiblyExecuted, message }) {
    return { code, possiblyExecuted, message };
  }
}

const oneByOne = [];
for (let i = 0; i < CALLS; i += 1) oneByOne.push(await outcomeOf(MIB));
const together = await Promise.all(Array.from({ length: AT_ONCE }, () => outcomeOf(MIB)));
const toldOfRaw = told.splice(0);
const { _metadata } = await client.create(request(MIB));
const tooLarge = await outcomeOf(9 * MIB);
const { limitBytes, unlocked } = getMemoryProtectionInfo();
client.dispose();

// Without the policy, memory beyond the lock limit is used anyway, and reported.
const events = [];
const logger = {
  debug() {},
  error() {},
  info: (event) => events.push(event),
  warn: (event) => events.push(event),
};
const lenient = new SecureChatCompletion({ ...config, keyDir: null, keySize: 2048, logger });
const large = [];
for (let i = 0; i < 2; i += 1) large.push((await lenient.create(request(9 * MIB)))._metadata.memory_locked);
lenient.dispose();

console.log(
  JSON.stringify({
    uid: process.getuid(),
    limitBytes,
    oneByOne,
    together,
    toldOfRaw,
    memoryLocked: _metadata.memory_locked,
    tooLarge,
    unlockedRegions: unlocked.totalRegions,
    large,
    events: events.filter(({ message }) => message === 'nomyo:memory-not-locked').length,
  }),
);
