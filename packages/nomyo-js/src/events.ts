/** What a client tells about itself: a closed list of events with a closed list of fields, none of them secret. */
import { environment } from '#env';
import { hasMethods, InvalidArgumentError } from '@nomyo/base';
import { quietly } from './quietly.js';

/** Fields of the events, by name. All times are in ms, all sizes in bytes. */
export interface NomyoEvents {
  /** One attempt has ended with an answer that opened. */
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
  /** A call has failed for good, or was aborted: once a call, after its last attempt. */
  'nomyo:request-failed': {
    readonly payloadId: string;
    readonly securityTier: string | undefined;
    /** As `NomyoError.code`; `ABORTED` where the caller's signal, or the end of the client, ended it. */
    readonly code: string | undefined;
    /** HTTP status, where the router answered. */
    readonly status: number | undefined;
    /** Attempts that were begun; 0: the call was refused before the first. */
    readonly attempts: number;
    readonly possiblyExecuted: boolean;
    readonly durationMs: number;
  };
  /** An observer could not take note of a call, such as an audit log whose disk is full. */
  'nomyo:observer-failed': { readonly payloadId: string; readonly code: string | undefined };
  /** The router's key is another one than before. */
  'nomyo:server-key-changed': { readonly previous: string; readonly current: string };
  /** A request of the tier `maximum` goes to a router whose key nothing vouches for but TLS. Told once a client. */
  'nomyo:server-key-unverified': { readonly fingerprint: string };
  /**
   * A secret is in memory that the operating system does not lock: it can be swapped out. Told once a client, for the
   * first piece; `secureMemory: false` is not told.
   */
  'nomyo:memory-not-locked': { readonly bytes: number; readonly reason: string };
  /** A key pair was read. */
  'nomyo:key-loaded': { readonly fingerprint: string };
  /** A key pair was made. */
  'nomyo:key-generated': { readonly fingerprint: string };
  /** Requests use another key pair from now on. */
  'nomyo:key-rotated': { readonly previous: string; readonly current: string };
  /** The next key pair could not be made or stored; the old one goes on serving. */
  'nomyo:rotation-failed': { readonly code: string; readonly path: string | undefined };
  /**
   * Version 2: the next key configuration could not be fetched, or was refused. The present one goes on serving; when it is
   * over, calls fail with this code.
   */
  'nomyo:configuration-refresh-failed': { readonly code: string | undefined };
  /** `createSecureFetch` answered a library with a failure. `error` is the cause. */
  'nomyo:fetch-failed': { readonly status: number; readonly code: string; readonly error: unknown };
}

/** The name of an event. */
export type NomyoEventName = keyof NomyoEvents;

/** How loud an event is. */
export type LogLevel = 'debug' | 'info' | 'warn';

/** One event as a logger gets it: its name in `message`, and its fields. */
export type LogEntry = { [N in NomyoEventName]: { readonly message: N } & NomyoEvents[N] }[NomyoEventName];

/** Takes one object an event. `console`, pino and winston fit. */
export type Logger = Readonly<Record<LogLevel, (entry: LogEntry) => void>>;

/** Of events that are no warning. */
const LEVELS: Readonly<Partial<Record<NomyoEventName, LogLevel>>> = {
  'nomyo:request': 'debug',
  'nomyo:retry': 'info',
  'nomyo:memory-not-locked': 'info',
  'nomyo:key-loaded': 'debug',
  'nomyo:key-generated': 'info',
  'nomyo:key-rotated': 'info',
  'nomyo:fetch-failed': 'info',
};

/** Tells an event to the loggers and to `node:diagnostics_channel`. */
export type Emit = (entry: LogEntry) => void;

/** @throws {InvalidArgumentError} when `logger` lacks a level */
export function checkLogger(logger: unknown): void {
  if (hasMethods(logger, 'debug', 'info', 'warn')) return;
  throw new InvalidArgumentError('logger', 'must have the functions debug, info and warn');
}

/**
 * Each listener gets an object of its own, since winston writes into it. One that throws or rejects breaks nothing: what
 * a client does never depends on who listens.
 */
export function createEmit(loggers: readonly Logger[]): Emit {
  return (entry) => {
    environment.publish(entry);
    for (const logger of loggers) {
      quietly((): unknown => logger[LEVELS[entry.message] ?? 'warn']({ ...entry }));
    }
  };
}

/** Printed at once, and on the console, for those who read no events. */
export function warnOfHttp(baseUrl: URL): void {
  if (baseUrl.protocol !== 'http:') return;
  // eslint-disable-next-line no-console -- the one line that this library prints
  console.warn(
    'WARNING: Using HTTP instead of HTTPS: metadata and keys can be read and replaced on the way.',
  );
}
