/** Options of a log, checked. */
import { resolve } from 'node:path';
import {
  aBoolean,
  aFunction,
  anInteger,
  anObject,
  aString,
  optional,
  refuseUndefined,
  refuseUnknown,
} from '@nomyo/base';
import type { AuditError } from './errors.js';
import { readSigningKey } from './signing.node.js';
import type { WriterOptions } from './writer.node.js';

/** Options of {@link openAuditLog}. */
export interface AuditLogOptions {
  /** The log: JSON lines, mode 0600. Its directory must be there. */
  readonly file: string;
  /** Refuse a call, before it is sent, when the log cannot be written. Default: `false`: `onError` hears of it. */
  readonly required?: boolean;
  /** Ed25519 private key in PEM that signs checkpoints; see {@link createAuditKey}. Default: no checkpoints. */
  readonly signingKeyPath?: string;
  /** Lines between two checkpoints. Default: 100. There is one more when the log is closed. */
  readonly checkpointEvery?: number;
  /** Force every line to the disk, so that a power failure loses none. Default: `false`. */
  readonly fsync?: boolean;
  /** Size at which a new file is begun, in bytes. Default: 67 108 864 (64 MiB). */
  readonly maxBytes?: number;
  /** Begin a new file every day (UTC). Default: `true`. */
  readonly daily?: boolean;
  /** Hears why a line could not be written. It is written with the next one that can be. Default: none. */
  readonly onError?: (error: AuditError) => void;
}

const NAMES: readonly (keyof AuditLogOptions)[] = [
  'file',
  'required',
  'signingKeyPath',
  'checkpointEvery',
  'fsync',
  'maxBytes',
  'daily',
  'onError',
];

const DEFAULTS = { checkpointEvery: 100, maxBytes: 67_108_864 } as const;

/** @throws {InvalidArgumentError} */
export function checkOptions(options: AuditLogOptions): WriterOptions {
  refuseUnknown(anObject('options', options), NAMES);
  refuseUndefined(options, ['signingKeyPath', 'required', 'fsync']);
  const { signingKeyPath, checkpointEvery, maxBytes, onError } = options;
  optional('required', options.required, aBoolean, false);
  optional('fsync', options.fsync, aBoolean, false);
  optional('onError', onError, aFunction, undefined);
  const keyPath = optional('signingKeyPath', signingKeyPath, aString, undefined);
  return {
    file: resolve(aString('file', options.file)),
    daily: optional('daily', options.daily, aBoolean, true),
    checkpointEvery: optional(
      'checkpointEvery',
      checkpointEvery,
      anInteger(1, 1_000_000),
      DEFAULTS.checkpointEvery,
    ),
    maxBytes: optional('maxBytes', maxBytes, anInteger(1024, 2 ** 40), DEFAULTS.maxBytes),
    signingKey: keyPath === undefined ? undefined : readSigningKey(keyPath, 'signingKeyPath'),
  };
}
