/** The options of a log, and their checks. */
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
  /** Path of the log: JSON lines, mode 0600. Its directory must exist. Required. */
  readonly file: string;
  /**
   * Refuses a call (`AuditError`), before it is sent, when the log cannot be written. Default: `false`; `onError` is
   * called instead.
   */
  readonly required?: boolean;
  /**
   * Path of an Ed25519 private key in PEM that signs checkpoints; see {@link createAuditKey}. Default: no checkpoints.
   */
  readonly signingKeyPath?: string;
  /** Number of lines between two checkpoints, 1 to 1 000 000; closing the log adds one more. Default: 100. */
  readonly checkpointEvery?: number;
  /** Forces every line to the disk, so that a power failure loses none. Default: `false`. */
  readonly fsync?: boolean;
  /** Size at which a new file is begun, in bytes, 1024 to 2^40. Default: 67 108 864 (64 MiB). */
  readonly maxBytes?: number;
  /** Begins a new file every day (UTC). Default: `true`. */
  readonly daily?: boolean;
  /** Called when a line could not be written, which is written with the next one instead. Default: none. */
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

/** @throws {InvalidArgumentError} on an invalid value or an unknown option */
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
