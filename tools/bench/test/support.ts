import type { Machine } from '../src/machine.js';
import type { Part } from '../src/part.js';
import { compare } from '../src/row.js';

export const MACHINE: Machine = {
  CPU: 'A CPU',
  cores: '2',
  'AVX-512 IFMA': 'no',
  memory: '8 GiB',
  system: 'Linux 6',
  Node: '20.0.0',
  OpenSSL: '3.0.0',
};

export function partOf(row: string, figures: Part['figures']): Part {
  const tables = [compare('CPU, ms', { 'nomyo|js': [2, 4], other: [1, 2] })];
  const startedAt = '2026-01-01T00:00:00.000Z';
  return { row, machine: MACHINE, startedAt, seconds: 1, load: 0.1, figures, tables, failed: false };
}
