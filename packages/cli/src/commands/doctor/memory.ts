/** Whether secrets stay in memory, and nowhere else. */
import { readFile } from 'node:fs/promises';
import { getMemoryProtectionInfo } from '@nomyo/crypto';
import { check, ok, skip, warn, type Check } from './check.js';

/** A prompt of 1 MB with its envelope and its answer, in sixteen calls at once. */
const REALISTIC_BYTES = 64 * 1024 * 1024;
const MIB = 1024 * 1024;

/** The facts read from the system; `undefined` where a file is missing. */
export interface MemoryFacts {
  readonly protection: Pick<ReturnType<typeof getMemoryProtectionInfo>, 'method' | 'details'>;
  /** `/proc/self/limits` */
  readonly limits: string | undefined;
  /** `/proc/swaps` */
  readonly swaps: string | undefined;
  /** `/sys/power/disk` */
  readonly disk: string | undefined;
}

/** Locked memory, its limit, swap, core dumps and hibernation. */
export async function memoryChecks(): Promise<readonly Check[]> {
  return checksOfMemory({
    protection: getMemoryProtectionInfo({ secure: true }),
    limits: await readIfThere('/proc/self/limits'),
    swaps: await readIfThere('/proc/swaps'),
    disk: await readIfThere('/sys/power/disk'),
  });
}

/** Pure. */
export function checksOfMemory({ protection, limits, swaps, disk }: MemoryFacts): readonly Check[] {
  return [
    addonCheck(protection),
    memlockCheck(limits),
    coreCheck(limits),
    swapCheck(swaps),
    hibernationCheck(disk),
  ];
}

function addonCheck({ method, details }: MemoryFacts['protection']): Check {
  return method === 'mlock'
    ? check('addon', 'Memory', ok(details))
    : check(
        'addon',
        'Memory',
        warn(details, 'install the package nomyo-native next to nomyo: npm install --global nomyo-native'),
      );
}

function memlockCheck(limits: string | undefined): Check {
  const title = 'RLIMIT_MEMLOCK';
  const soft = limitOf(limits, 'Max locked memory');
  if (soft === undefined) return check('memlock', title, skip('this system does not tell'));
  if (soft >= REALISTIC_BYTES) return check('memlock', title, ok(shown(soft)));
  const fix =
    'raise it to 64 MiB or more: `ulimit -l 65536`, LimitMEMLOCK=64M in a unit, memlock in /etc/security/limits.conf';
  return check(
    'memlock',
    title,
    warn(`${shown(soft)}; sixteen prompts of 1 MB at once need some 64 MiB`, fix),
  );
}

function coreCheck(limits: string | undefined): Check {
  const soft = limitOf(limits, 'Max core file size');
  if (soft === undefined) return check('core', 'Core dumps', skip('this system does not tell'));
  return soft === 0
    ? check('core', 'Core dumps', ok('off'))
    : check(
        'core',
        'Core dumps',
        warn(
          `a crash may write memory to a file of ${shown(soft)}`,
          '`ulimit -c 0`, or LimitCORE=0 in a unit',
        ),
      );
}

function swapCheck(swaps: string | undefined): Check {
  if (swaps === undefined) return check('swap', 'Swap', skip('this system does not tell'));
  const devices = swaps
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/u)[0] ?? '')
    .filter((device) => device !== '' && !device.startsWith('/dev/zram'));
  return devices.length === 0
    ? check('swap', 'Swap', ok('none on a disk'))
    : check(
        'swap',
        'Swap',
        warn(
          `memory that is not locked can be swapped to ${devices.join(', ')}`,
          'encrypt the swap, or turn it off with `swapoff -a`',
        ),
      );
}

function hibernationCheck(disk: string | undefined): Check {
  const isOff = disk === undefined || disk.trim() === '' || disk.includes('[disabled]');
  return isOff
    ? check('hibernation', 'Hibernation', ok('this machine does not write its memory to disk'))
    : check(
        'hibernation',
        'Hibernation',
        warn(
          'all memory, locked or not, is written to disk',
          'turn it off: `systemctl mask hibernate.target hybrid-sleep.target`',
        ),
      );
}

/** The soft limit of a line of /proc/self/limits, in bytes. */
function limitOf(limits: string | undefined, name: string): number | undefined {
  const line = limits?.split('\n').find((entry) => entry.startsWith(name));
  const [, soft] = /\s{2,}(\d+|unlimited)\s/u.exec(line?.slice(name.length) ?? '') ?? [];
  if (soft === undefined) return undefined;
  return soft === 'unlimited' ? Infinity : Number(soft);
}

const shown = (bytes: number): string =>
  bytes === Infinity ? 'unlimited' : `${String(Math.floor(bytes / MIB))} MiB`;

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
