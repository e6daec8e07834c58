/** `nomyo audit …`. */
import { PRINTING, type CommandSpec } from '../../command.js';

const init: CommandSpec = {
  name: 'init',
  summary: 'make the key that signs checkpoints of audit logs',
  words: '<directory>',
  settings: PRINTING,
  examples: ['nomyo audit init ./audit'],
  load: () => import('./init.js'),
};

const verify: CommandSpec = {
  name: 'verify',
  summary: 'find the first line that was changed, dropped, moved, inserted or cut',
  words: '<file...>',
  settings: PRINTING,
  options: [
    { flag: '--key <file>', help: 'public key (PEM) that every checkpoint must be signed with' },
    { flag: '--checkpoints <file>', help: 'checkpoints that were kept elsewhere' },
  ],
  examples: [
    'nomyo audit verify nomyo.jsonl',
    'nomyo audit verify nomyo.jsonl --key audit/audit_public_key.pem --checkpoints kept.jsonl',
  ],
  load: () => import('./verify.js'),
};

const checkpoints: CommandSpec = {
  name: 'checkpoints',
  summary: 'print the checkpoints, to be kept on another machine',
  words: '<file...>',
  settings: PRINTING,
  examples: ['nomyo audit checkpoints nomyo.jsonl > kept.jsonl'],
  load: () => import('./checkpoints.js'),
};

const exportCsv: CommandSpec = {
  name: 'export',
  summary: 'print a log as a table',
  words: '<file...>',
  settings: PRINTING,
  options: [{ flag: '--csv', help: 'comma-separated values, for spreadsheets' }],
  examples: ['nomyo audit export --csv nomyo.jsonl > nomyo.csv'],
  load: () => import('./export.js'),
};

/** The group, and what is in it. */
export const AUDIT: CommandSpec = {
  name: 'audit',
  summary: 'verify and export audit logs',
  commands: [init, verify, checkpoints, exportCsv],
};
