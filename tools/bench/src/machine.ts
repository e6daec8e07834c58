/** What the figures were measured on; no host name, no path. */
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** One machine and one runtime. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** In GiB, rounded. */
  readonly memory: number;
  readonly system: string;
  readonly node: string;
  readonly openssl: string;
  /** Whether the CPU has the instructions that newer versions of OpenSSL use for RSA. */
  readonly ifma: 'yes' | 'no' | 'unknown';
}

/** This one. */
export function describeMachine(cpuFlags: string | undefined): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release().split('-')[0] ?? ''}`.trim(),
    node: process.versions.node,
    openssl: process.versions.openssl,
    ifma: cpuFlags === undefined ? 'unknown' : /\bavx512ifma\b/.test(cpuFlags) ? 'yes' : 'no',
  };
}

/** Processes that wanted a core during the last minute, on average. */
export function currentLoad(): number {
  return loadavg()[0] ?? 0;
}

/** Whether two parts can stand in one report. */
export function isSameMachine(a: Machine, b: Machine): boolean {
  return a.cpu === b.cpu && a.cores === b.cores && a.node === b.node && a.openssl === b.openssl;
}
