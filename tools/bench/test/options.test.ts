import { describe, expect, it } from '@jest/globals';
import { parseOptions } from '../src/options.js';

const parse = (...args: string[]) => parseOptions(args, ['cpu', 'rss'], 'RESULTS.md');

describe('the command line', () => {
  it('writes the report by default, and in the short mode only when asked', () => {
    expect([parse().out, parse('--short').out, parse('--short', '--out', 'x.md').out]).toEqual([
      'RESULTS.md',
      '',
      'x.md',
    ]);
  });

  it('takes rows', () => {
    expect(parse('--rows', 'cpu, rss').rows).toEqual(['cpu', 'rss']);
  });

  it.each([[['--rows', 'cpu,speed']], [['--fast']], [['rss']]])('refuses %j', (args) => {
    expect(() => parse(...args)).toThrow();
  });
});
