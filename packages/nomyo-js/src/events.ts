/** The events of a client: a closed list with a closed list of fields, none of them secret. */
import { environment } from '#env';
import { hasMethods, InvalidArgumentError } from '@nomyo/base';
import { quietly } from './quietly.js';

/** Fields of the events, by name. All times are in ms, all sizes in bytes. */
export interface NomyoEvents {
  /** An attempt has ended with an answer that was opened. */
  'nomyo:request': {
    readonly payloadId: string;
    readonly securityTier: string | undefined;
    readonly durationMs: number;
    readonly requestBytes: number;
    readonly responseBytes: number;
  };
  /** An attempt failed and another one follows. */
  'nomyo:retry': {
    readonly payloadId: string;
    readonly attempt: number;
    readonly delayMs: number;
    readonly code: string | undefined;
  };
  /** A call has finally failed, or was aborted. Emitted once per call, after its last attempt. */
  'nomyo:request-failed': {
    readonly payloadId: string;
    readonly securityTier: string | undefined;
    /** `NomyoError.code`, or `ABORTED` if the caller's signal or the end of the client ended the call. */
    readonly code: string | undefined;
    /** HTTP status, if the router answered. */
    readonly status: number | undefined;
    /** Number of attempts begun; 0: the call was refused before the first. */
    readonly attempts: number;
    readonly possiblyExecuted: boolean;
    readonly durationMs: number;
  };
  /** An observer failed to record a call, such as an audit log whose disk is full. */
  'nomyo:observer-failed': { readonly payloadId: string; readonly code: string | undefined };
  /** The router has a new key. */
  'nomyo:server-key-changed': { readonly previous: string; readonly current: string };
  /** A request of the tier `maximum` goes to a router whose key only TLS vouches for. Emitted once per client. */
  'nomyo:server-key-unverified': { readonly fingerprint: string };
  /**
   * A secret is in memory that the operating system does not lock, so it can be swapped out. Emitted once per client,
   * for the first piece; never with `secureMemory: false`.
   */
  'nomyo:memory-not-locked': { readonly bytes: number; readonly reason: string };
  /** A key pair was read. */
  'nomyo:key-loaded': { readonly fingerprint: string };
  /** A key pair was made. */
  'nomyo:key-generated': { readonly fingerprint: string };
  /** Requests use another key pair from now on. */
  'nomyo:key-rotated': { readonly previous: string; readonly current: string };
  /** The next key pair could not be made or stored; the old one stays in use. */
  'nomyo:rotation-failed': { readonly code: string; readonly path: string | undefined };
  /**
   * Version 2: the next key configuration could not be fetched, or was refused. The present one goes on serving; when
   * it is over, calls fail with this code.
   */
  'nomyo:configuration-refresh-failed': { readonly code: string | undefined };
  /** `createSecureFetch` answered a library with a failure, caused by `error`. */
  'nomyo:fetch-failed': { readonly status: number; readonly code: string; readonly error: unknown };
}

/** The name of an event. */
export type NomyoEventName = keyof NomyoEvents;

/** The level of an event. */
export type LogLevel = 'debug' | 'info' | 'warn';

/** One event, as passed to a logger: its name in `message`, and its fields. */
export type LogEntry = { [N in NomyoEventName]: { readonly message: N } & NomyoEvents[N] }[NomyoEventName];

/** Receives one object per event. `console`, pino and winston fit. */
export type Logger = Readonly<Record<LogLevel, (entry: LogEntry) => void>>;

/** Levels of the events that are not warnings. */
const LEVELS: Readonly<Partial<Record<NomyoEventName, LogLevel>>> = {
  'nomyo:request': 'debug',
  'nomyo:retry': 'info',
  'nomyo:memory-not-locked': 'info',
  'nomyo:key-loaded': 'debug',
  'nomyo:key-generated': 'info',
  'nomyo:key-rotated': 'info',
  'nomyo:fetch-failed': 'info',
};

/** Passes an event to the loggers and to `node:diagnostics_channel`. */
export type Emit = (entry: LogEntry) => void;

/** @throws {InvalidArgumentError} when `logger` lacks a level */
export function checkLogger(logger: unknown): void {
  if (hasMethods(logger, 'debug', 'info', 'warn')) return;
  throw new InvalidArgumentError('logger', 'must have the functions debug, info and warn');
}

/**
 * Makes an {@link Emit}. Each logger gets an object of its own, since winston writes into it. Failures of a logger are
 * ignored: a client's behaviour never depends on its listeners.
 */
export function createEmit(loggers: readonly Logger[]): Emit {
  return (entry) => {
    environment.publish(entry);
    for (const logger of loggers) {
      quietly((): unknown => logger[LEVELS[entry.message] ?? 'warn']({ ...entry }));
    }
  };
}

/** Prints a warning on the console immediately, for users who do not look at events. */
export function warnOfHttp(baseUrl: URL): void {
  if (baseUrl.protocol !== 'http:') return;
  // eslint-disable-next-line no-console -- the one line that this library prints
  console.warn(
    'WARNING: Using HTTP instead of HTTPS: metadata and keys can be read and replaced on the way.',
  );
}
