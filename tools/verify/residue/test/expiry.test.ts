import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { examineExpiry } from '../src/expiry/examine.js';

const TIMEOUT_MS = 180_000;

// The scan reads /proc/PID/mem, which only Linux has.
const onLinux = existsSync('/proc/self/mem') ? describe : describe.skip;

onLinux('recorded traffic, after its key pair has expired', () => {
  it(
    'cannot be opened with anything in the process, with the addon',
    async () => {
      const { expired, recorded, method } = await examineExpiry(true);
      expect(recorded).toContain('What is an expired key?');
      expect(expired).toEqual({ privateKey: 0, aesKey: 0 });
      expect(method).toBe('mlock');
    },
    TIMEOUT_MS,
  );

  it(
    'cannot either without it, once the runtime has collected the key; the pair in use is visible',
    async () => {
      const { expired, current, recorded, method } = await examineExpiry(false);
      expect(recorded).toContain('What is an expired key?');
      expect(expired).toEqual({ privateKey: 0, aesKey: 0 });
      expect(current.privateKey).toBeGreaterThan(0);
      expect(method).toBe('zero-only');
    },
    TIMEOUT_MS,
  );
});
