// Targets with defects: each is a finding, and can be tried again by its number.
import { InvalidArgumentError } from '@nomyo/crypto/errors';
import { describe, expect, it } from '@jest/globals';
import { judgeFuzz, summarizeFuzz } from '../../src/fuzz/report.js';
import { fuzz, type FuzzReport } from '../../src/fuzz/run.js';
import { expect as must, judge, type Attack, type Target } from '../../src/fuzz/target.js';

function run(attempt: Attack['attempt'], more: Partial<Attack> = {}, cases = 40): Promise<FuzzReport> {
  const target: Target = {
    ...{ name: 'planted', weight: 1, runtimes: ['node'] },
    prepare: () => Promise.resolve({ attempt, ...more }),
  };
  return fuzz({ runtime: 'node', seed: 1, cases, progress: () => undefined, targets: [target], patience: 0 });
}

const refuse = (message: string) => () => {
  throw new InvalidArgumentError('x', message);
};

describe('a run', () => {
  it('takes typed errors, and counts them', async () => {
    const report = await run(async () => {
      const result = await judge(refuse('is wrong'), ['INVALID_ARGUMENT']);
      return 'code' in result ? result.code : 'taken';
    });
    expect(report.findings).toEqual([]);
    expect(report.targets).toMatchObject([{ cases: 40, outcomes: { INVALID_ARGUMENT: 40 } }]);
    expect(summarizeFuzz([report])).toMatch(/^40 inputs: 40 refused with a typed error, 0 taken/);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['an error without a type', () => void JSON.parse('{'), /an error that is none of the SDK: SyntaxError/],
    ['a message that forges a line of a log', refuse('is \nwrong'), /unprintable/],
    ['a message that turns text around', refuse('is \u202ewrong'), /unprintable/],
    ['a message without end', refuse('x'.repeat(5000)), /a message of \d+ characters/],
  ])('finds %s', async (_, task, sentence) => {
    await expect(judge(task, ['INVALID_ARGUMENT'])).rejects.toThrow(sentence);
  });

  it('finds a code that does not belong there', async () => {
    await expect(judge(refuse('is wrong'), ['INVALID_ENVELOPE'])).rejects.toThrow(
      'the code INVALID_ARGUMENT',
    );
  });

  it('finds inputs that are slow every time, not once', async () => {
    const block = (ms: number): void => {
      for (const end = performance.now() + ms; performance.now() < end;);
    };
    await expect(judge(() => block(1050), [])).rejects.toThrow(/it took \d+ ms, 5 times/);
    const times = [1050, 0];
    await expect(judge(() => block(times.shift() ?? 0), [])).resolves.toEqual({ value: undefined });
  });

  it('finds a wrong result, growing memory, and leftovers', async () => {
    const kept: Buffer[] = [];
    const timers: NodeJS.Timeout[] = [];
    const report = await run((random) => {
      kept.push(Buffer.alloc(500_000));
      if (timers.length < 5) timers.push(setInterval(() => undefined, 60_000));
      must(!random.oneIn(2), 'heads');
      return Promise.resolve('taken');
    });
    timers.forEach((timer) => clearInterval(timer));
    const failures = judgeFuzz(report);
    expect(failures).toContainEqual(expect.stringMatching(/^node: planted \d+: Finding: not so: heads/));
    expect(failures).toContainEqual(expect.stringMatching(/^node: memory of ArrayBuffers grew/));
    expect(failures).toContainEqual(expect.stringMatching(/^node: left behind: Timeout: /));
    // The same case, alone, is the same case.
    const again = await run((random) => Promise.resolve(random.oneIn(2) ? 'heads' : 'tails'));
    expect(again.targets[0]?.outcomes['heads']).toBe(report.targets[0]?.outcomes['FINDING']);
  });
});
