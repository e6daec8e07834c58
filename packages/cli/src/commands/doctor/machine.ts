/** Node, OpenSSL, and what they were started with. */
import { url as inspectorUrl } from 'node:inspector';
import type { Context } from '../../context.js';
import { check, fail, ok, warn, type Check } from './check.js';

/** The floor of the packages. */
const MIN_NODE = [20, 19] as const;

/** The last day on which a line of Node gets security fixes. https://nodejs.org/en/about/previous-releases */
const END_OF_LIFE: Readonly<Record<number, string>> = {
  20: '2026-04-30',
  21: '2024-06-01',
  22: '2027-04-30',
  23: '2025-06-01',
  24: '2028-04-30',
  25: '2026-06-01',
  26: '2029-04-30',
};

/** OpenSSL 3.0.0 to 3.0.6: a buffer overrun in the check of certificates (CVE-2022-3602, CVE-2022-3786). */
const BAD_OPENSSL = /^3\.0\.[0-6](\D|$)/u;

/** Flags that show memory, and so keys and prompts, to a debugger or a file. */
const REVEALING =
  /--(inspect(-brk|-wait)?(=|$)|heapsnapshot-(signal|near-heap-limit)|heap-prof|diagnostic-dir|report-(on|uncaught)[\w-]*|cpu-prof|trace-event)/u;

/** Node's facts about itself. */
export interface MachineFacts {
  readonly node: string;
  readonly openssl: string;
  /** Unix ms. */
  readonly now: number;
  /** Flags that Node was started with, from its command line and NODE_OPTIONS. */
  readonly flags: readonly string[];
  readonly isInspected: boolean;
}

/** Versions with known problems, and flags that write memory to disk. */
export function machineChecks({ env: { NODE_OPTIONS = '' } }: Pick<Context, 'env'>): readonly Check[] {
  return checksOfMachine({
    node: process.versions.node,
    openssl: process.versions.openssl,
    now: Date.now(),
    flags: [...process.execArgv, ...NODE_OPTIONS.split(/\s+/u)],
    isInspected: inspectorUrl() !== undefined,
  });
}

/** Pure. */
export function checksOfMachine({ node, openssl, now, ...debug }: MachineFacts): readonly Check[] {
  return [nodeCheck(node, now), opensslCheck(openssl), debugCheck(debug)];
}

function nodeCheck(version: string, now: number): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [minMajor, minMinor] = MIN_NODE;
  if (major < minMajor || (major === minMajor && minor < minMinor)) {
    return check(
      'node',
      'Node',
      fail(`version ${version}`, 'install Node 20.19 or later, best a line that is still maintained'),
    );
  }
  const end = END_OF_LIFE[major];
  if (end !== undefined && Date.parse(end) < now) {
    return check(
      'node',
      'Node',
      warn(
        `version ${version}, without security fixes since ${end}`,
        'install a line that is still maintained',
      ),
    );
  }
  return check('node', 'Node', ok(`version ${version}, ${process.platform} ${process.arch}`));
}

function opensslCheck(version: string): Check {
  return BAD_OPENSSL.test(version)
    ? check('openssl', 'OpenSSL', fail(`version ${version} has CVE-2022-3602`, 'update Node'))
    : check('openssl', 'OpenSSL', ok(`version ${version}`));
}

function debugCheck({ flags: given, isInspected }: Pick<MachineFacts, 'flags' | 'isInspected'>): Check {
  const flags = given.filter((flag) => REVEALING.test(flag));
  if (isInspected) {
    return check(
      'inspect',
      'Debugger',
      fail('a debugger can read everything in this process', 'start Node without --inspect'),
    );
  }
  return flags.length === 0
    ? check('inspect', 'Debugger', ok('off; no flag that writes memory to files'))
    : check(
        'inspect',
        'Debugger',
        warn(`set: ${flags.join(' ')}`, 'memory can be written to files: take these out of NODE_OPTIONS'),
      );
}
