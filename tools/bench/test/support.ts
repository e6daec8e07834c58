import type { Machine } from '../src/machine.js';
import type { Part } from '../src/part.js';
import type { Figure } from '../src/result.js';

export const MACHINE: Machine = {
  cpu: 'A CPU',
  cores: 2,
  memory: 8,
  system: 'Linux 6',
  node: '20.0.0',
  openssl: '3.0.0',
  ifma: 'no',
};

export function partOf(row: string, figures: readonly Figure[]): Part {
  const result = { figures, tables: [], plots: [], notes: [] };
  return { row, machine: MACHINE, startedAt: '2026-01-01T00:00:00.000Z', seconds: 1, load: 0.1, result };
}
