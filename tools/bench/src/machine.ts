/** The machine that the figures were measured on; no host name, no path. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

/** One machine and one runtime, as lines of a table. */
export type Machine = Readonly<
  Record<'CPU' | 'cores' | 'AVX-512 IFMA' | 'memory' | 'system' | 'Node' | 'OpenSSL', string>
>;

export function describeMachine(): Machine {
  return {
    CPU: cpus()[0]?.model.trim() ?? 'unknown',
    cores: String(availableParallelism()),
    'AVX-512 IFMA': hasIfma(),
    memory: `${String(Math.round(totalmem() / 2 ** 30))} GiB`,
    system: `${type()} ${release().split('-')[0] ?? ''}`.trim(),
    Node: process.versions.node,
    OpenSSL: process.versions.openssl,
  };
}

/** The instructions that make RSA faster in OpenSSL 3.5; only Linux reports them. */
function hasIfma(): string {
  try {
    return /^flags\s*:.*\bavx512ifma\b/m.test(readFileSync('/proc/cpuinfo', 'utf8')) ? 'yes' : 'no';
  } catch {
    return 'unknown';
  }
}
