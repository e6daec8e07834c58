/** `nomyo keys …`. */
import { PRINTING, type CommandSpec } from '../../command.js';

const PLACE = ['keyDir', 'keyPasswordFile', ...PRINTING] as const;

const generate: CommandSpec = {
  name: 'generate',
  summary: 'make a key pair where none is',
  settings: PLACE,
  options: [
    { flag: '--key-size <bits>', help: '2048, 3072 or 4096 (default: 4096)' },
    { flag: '--no-password', help: 'leave the private key unprotected' },
  ],
  examples: ['nomyo keys generate', 'nomyo keys generate --key-dir ./keys --no-password'],
  load: () => import('./generate.js'),
};

const show: CommandSpec = {
  name: 'show',
  summary: 'print fingerprint, size, age and next rotation',
  settings: PLACE,
  examples: ['nomyo keys show', 'nomyo keys show --key-dir ./keys --json'],
  load: () => import('./show.js'),
};

const rotate: CommandSpec = {
  name: 'rotate',
  summary: 'replace the pair by a new one, under the same password',
  settings: PLACE,
  examples: ['nomyo keys rotate'],
  load: () => import('./rotate.js'),
};

const exportPublic: CommandSpec = {
  name: 'export-public',
  summary: 'print the public key as PEM',
  settings: ['keyDir', ...PRINTING],
  examples: ['nomyo keys export-public > public_key.pem'],
  load: () => import('./export-public.js'),
};

export const KEYS: CommandSpec = {
  name: 'keys',
  summary: 'make, show and replace the key pair of this client',
  commands: [generate, show, rotate, exportPublic],
};
