/** Options of a client: wrong ones are refused before anything is made, right ones make a client that holds nothing. */
import { SecureChatCompletion, type SecureChatCompletionConfig } from 'nomyo-js';
import type { Random } from '../../common/random.js';
import { awkwardValue } from '../mutate.js';
import { expect, judge, type Target } from '../target.js';

const RIGHT: Readonly<Record<string, unknown>> = {
  baseUrl: 'https://router.example',
  allowHttp: false,
  apiKey: 'an-api-key',
  dangerouslyAllowBrowser: true,
  secureMemory: true,
  timeout: 1000,
  maxRetries: 1,
  retry: 'safe',
  maxRetryDelay: 100,
  rateLimit: { requestsPerSecond: 2, burst: 4 },
  keyDir: null,
  keyRotationInterval: 0,
  keyRotationRequests: 5,
  keySize: 2048,
  debug: false,
  serverKeyPins: [`sha256/${'A'.repeat(43)}=`],
  serverKeyTtl: 0,
  padding: { block: 64 },
  policy: { minimumSecurityTier: 'high', allowedModels: ['m'] },
  proxy: null,
};

const REFUSALS = ['INVALID_ARGUMENT', 'INSECURE_URL', 'POLICY_VIOLATION', 'MEMORY_NOT_LOCKED'] as const;

const ODD: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -1,
  2 ** 31,
  1.5,
  5n,
  Symbol('s'),
  'x\r\ny',
  [null],
];

export const optionsTarget: Target = {
  name: 'options',
  weight: 4,
  runtimes: ['node', 'browser'],
  prepare: () =>
    Promise.resolve({
      attempt: async (random) => {
        const config = optionsOf(random);
        const isWrong = JSON.stringify(Object.keys(config)).includes('misspelt');
        // A caller without TypeScript can pass anything.
        const result = await judge(
          () => new SecureChatCompletion(config as SecureChatCompletionConfig),
          REFUSALS,
        );
        if ('code' in result) return result.code;
        expect(!isWrong, 'an unknown name is refused');
        result.value.dispose();
        return 'taken';
      },
    }),
};

function optionsOf(random: Random): Record<string, unknown> {
  const names = Object.keys(RIGHT).filter(() => random.oneIn(2));
  const options = Object.fromEntries(names.map((name) => [name, RIGHT[name]]));
  if (random.oneIn(20)) options['misspelt'] = true;
  const changes = random.below(3);
  for (let i = 0; i < changes; i += 1) {
    const value = random.oneIn(3) ? random.pick(ODD) : awkwardValue(random);
    options[random.pick([...Object.keys(RIGHT), 'tls', 'fetch', 'logger', 'keys', 'keyRotationDir'])] = value;
  }
  return options;
}
