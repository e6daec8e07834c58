/** Version 2 with `nomyo-native`: the policy for PHI holds, and each call says that it was locked. */
import { afterEach, expect, it } from '@jest/globals';
import { getMemoryProtectionInfo, phiPolicy } from '../../src/index.js';
import { cleanUp, REQUEST, temporaryDirectory } from '../support.js';
import { WORDS } from './model.js';
import { client, stage } from './stage.js';

afterEach(cleanUp);

it('keeps a call in locked memory, and says so', async () => {
  const here = await stage();
  const config = { requireLockedMemory: true, policy: phiPolicy, keyDir: temporaryDirectory() };
  const request = { ...REQUEST, security_tier: 'maximum' } as const;
  const { _metadata } = await client(here, config).create(request);
  expect(_metadata).toMatchObject({ memory_locked: true, applied_tier: 'maximum' });
  const stream = await client(here, config).create({ ...request, stream: true });
  const words: string[] = [];
  for await (const chunk of stream) words.push(chunk.choices[0]?.delta.content ?? '');
  expect(words.join('')).toBe(WORDS.join(''));
  expect(getMemoryProtectionInfo().unlocked).toMatchObject({ totalRegions: 0 });
});
