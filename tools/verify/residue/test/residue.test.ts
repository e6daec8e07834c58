import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { examine, type Copies, type Residue } from '../src/examine.js';
import { SCENARIOS, type Scenario } from '../src/scenario.js';

/** The table in SECURITY.md is made of more calls. */
const CALLS = 20;
const TIMEOUT_MS = 180_000;

const scenario = (find: Partial<Scenario>): Scenario => {
  const found = SCENARIOS.find((candidate) =>
    Object.entries(find).every(([key, value]) => Reflect.get(candidate, key) === value),
  );
  if (found === undefined) throw new Error('no such scenario');
  return found;
};

// The scan reads /proc/PID/mem, which only Linux has.
const onLinux = existsSync('/proc/self/mem') ? describe : describe.skip;

/** In the memory of the process, and in its core dump where there is one. */
function everywhere({ memory, coreDump }: Residue): Copies[] {
  return coreDump === undefined ? [memory] : [memory, coreDump];
}

onLinux('the memory of a process, after its calls, and its core dump', () => {
  it(
    'hold no prompt, no answer, no AES key and nothing of the private key, with the addon',
    async () => {
      const residue = await examine(scenario({ protocol: 1, paths: 'bytes', addon: true }), CALLS);
      expect(residue.method).toBe('mlock');
      for (const copies of everywhere(residue)) {
        expect(copies).toEqual({ prompt: 0, answer: 0, aesKey: 0, privateKey: 0 });
      }
    },
    TIMEOUT_MS,
  );

  it(
    'hold no prompt, no answer and no AES key without it',
    async () => {
      const residue = await examine(
        scenario({ protocol: 1, paths: 'bytes', addon: false, secureMemory: true }),
        CALLS,
      );
      expect(residue.method).toBe('zero-only');
      for (const copies of everywhere(residue)) {
        expect(copies).toMatchObject({ prompt: 0, answer: 0, aesKey: 0 });
      }
    },
    TIMEOUT_MS,
  );

  it(
    'hold all of them with protection off, which proves that the scan works',
    async () => {
      const residue = await examine(scenario({ protocol: 1, secureMemory: false }), CALLS);
      expect(residue.method).toBe('none');
      for (const { prompt, answer, aesKey, privateKey } of everywhere(residue)) {
        for (const copies of [prompt, answer]) expect(copies).toBeGreaterThanOrEqual(CALLS);
        for (const copies of [aesKey, privateKey]) expect(copies).toBeGreaterThan(0);
      }
    },
    TIMEOUT_MS,
  );
});

onLinux('the memory of a client of version 2', () => {
  it.each([
    ['with the addon', true, 'mlock'],
    ['without it', false, 'zero-only'],
  ])(
    'holds no prompt, no answer, and no key of an exchange, %s',
    async (_how, addon, method) => {
      const residue = await examine(
        scenario({ protocol: 2, paths: 'bytes', addon, secureMemory: true }),
        CALLS,
      );
      expect(residue.method).toBe(method);
      for (const copies of everywhere(residue)) {
        expect(copies).toEqual({ prompt: 0, answer: 0, aesKey: 0, privateKey: 0 });
      }
    },
    TIMEOUT_MS,
  );

  it(
    'holds prompts and answers with protection off, which proves that the scan works',
    async () => {
      const residue = await examine(scenario({ protocol: 2, secureMemory: false }), CALLS);
      expect(residue.method).toBe('none');
      for (const { prompt, answer } of everywhere(residue)) {
        for (const copies of [prompt, answer]) expect(copies).toBeGreaterThanOrEqual(CALLS);
      }
    },
    TIMEOUT_MS,
  );
});
