/** `nomyo keys …`. */
import { PRINTING, type CommandSpec } from '../../command.js';

const PLACE = ['keyDir', 'keyPasswordFile', ...PRINTING] as const;

const generate: CommandSpec = {
  name: 'generate',
  summary: 'make a new key pair; an existing one is never overwritten',
  settings: PLACE,
  options: [
    { flag: '--key-size <bits>', help: '2048, 3072 or 4096 (default: 4096)' },
    { flag: '--no-password', help: 'do not protect the private key with a password' },
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
  summary: 'replace the key pair, keeping the password',
  settings: PLACE,
  examples: ['nomyo keys rotate'],
  load: () => import('./rotate.js'),
};

const passwd: CommandSpec = {
  name: 'passwd',
  summary: 'change or remove the password of the private key',
  settings: PLACE,
  options: [
    { flag: '--new-password-file <file>', help: 'file that holds the new password (default: ask for it)' },
    { flag: '--no-password', help: 'remove the password' },
  ],
  examples: ['nomyo keys passwd', 'nomyo keys passwd --key-password-file old --new-password-file new'],
  load: () => import('./passwd.js'),
};

const importKey: CommandSpec = {
  name: 'import',
  summary: 'import a private key written by openssl, the Python client or nomyo-js 0.1',
  words: '<file>',
  settings: PLACE,
  options: [
    { flag: '--source-password-file <file>', help: 'file that holds the password of the key to import' },
    { flag: '--no-password', help: 'do not protect the imported key with a password' },
  ],
  examples: [
    'nomyo keys import old/private_key.pem',
    'nomyo keys import key.pem --source-password-file old-password',
  ],
  load: () => import('./import.js'),
};

const exportPublic: CommandSpec = {
  name: 'export-public',
  summary: 'print the public key as PEM',
  settings: ['keyDir', ...PRINTING],
  examples: ['nomyo keys export-public > public_key.pem'],
  load: () => import('./export-public.js'),
};

/** The group, and what is in it. */
export const KEYS: CommandSpec = {
  name: 'keys',
  summary: 'make, show and replace the key pair of this client',
  commands: [generate, show, rotate, passwd, importKey, exportPublic],
};
