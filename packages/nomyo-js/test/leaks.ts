/**
 * Looks for marked secrets wherever none may be, in every test that uses `support.ts`: in what a client throws, in what
 * it tells, in what is printed. `tools/verify/leaks` looks for the same marks around the whole run.
 */
import { subscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { SecureChatCompletion, SecureCompletionClient, type NomyoEventName } from '../src/index.js';

const SECRETS = ['prompt', 'answer', 'password', 'apiKey', 'proxyPassword', 'control'] as const;

/** Each kind of secret, and the text that stands for it in all tests. */
export const MARKERS: Readonly<Record<(typeof SECRETS)[number], string>> = readMarkers();

const EVENTS: Readonly<Record<NomyoEventName, true>> = {
  'nomyo:request': true,
  'nomyo:retry': true,
  'nomyo:request-failed': true,
  'nomyo:observer-failed': true,
  'nomyo:memory-not-locked': true,
  'nomyo:server-key-changed': true,
  'nomyo:server-key-unverified': true,
  'nomyo:key-loaded': true,
  'nomyo:key-generated': true,
  'nomyo:key-rotated': true,
  'nomyo:rotation-failed': true,
  'nomyo:configuration-refresh-failed': true,
  'nomyo:fetch-failed': true,
};

function readMarkers(): typeof MARKERS {
  const json: unknown = JSON.parse(readFileSync(new URL('markers.json', import.meta.url), 'utf8'));
  const of = (secret: string): string => {
    const marker: unknown = Object.entries(json ?? {}).find(([name]) => name === secret)?.[1];
    if (typeof marker !== 'string') throw new Error(`markers.json has no ${secret}`);
    return marker;
  };
  return {
    prompt: of('prompt'),
    answer: of('answer'),
    password: of('password'),
    apiKey: of('apiKey'),
    proxyPassword: of('proxyPassword'),
    // For tests of this watch, which let it out: the watch around the whole run does not know it.
    control: 'MARKED-control-07a5d3c9e2',
  };
}

/** The secrets in a text, verbatim or encoded. */
export function secretsIn(text: string): string[] {
  return SECRETS.filter((secret) => encodings(MARKERS[secret]).some((encoded) => text.includes(encoded)));
}

/** The middle of each base64 form holds whatever precedes the marker, in both alphabets. */
function encodings(marker: string): string[] {
  const base64 = [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.from(' '.repeat(shift) + marker).toString('base64');
    const middle = encoded.slice(4, -4);
    return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [marker, Buffer.from(marker).toString('hex'), ...base64];
}

/** Everything that a log, a debugger or an error reporter could show of a value. */
export function shownOf(value: unknown): string {
  const texts = [inspect(value, { depth: Infinity, showHidden: true, getters: true, maxArrayLength: null })];
  texts.push(String(value), JSON.stringify(value));
  for (let error = value; error instanceof Error; error = error.cause) {
    texts.push(error.message, error.stack ?? '', JSON.stringify(Object.getOwnPropertyDescriptors(error)));
  }
  return texts.join('\n');
}

let found: string[] = [];

/** Looks at one value. */
export function look(where: string, value: unknown): void {
  for (const secret of secretsIn(shownOf(value))) found.push(`the ${secret} is in ${where}`);
}

/** The findings since the last time. */
export function takeFindings(): readonly string[] {
  const findings = found;
  found = [];
  return findings;
}

type Method = (...args: unknown[]) => unknown;

/** Puts a method of an object in the place of another that calls it. */
function wrap(on: object, name: string, around: (original: Method) => Method): void {
  const original: unknown = Reflect.get(on, name);
  if (typeof original !== 'function') throw new Error(`there is no method ${name}`);
  const call = function (this: unknown, ...args: unknown[]): unknown {
    return around((...given) => Reflect.apply(original, this, given) as unknown)(...args);
  };
  Object.defineProperty(on, name, { value: call, configurable: true, writable: true });
}

function lookAtFailures(where: string): (original: Method) => Method {
  return (original) =>
    (...args) => {
      try {
        const result = original(...args);
        if (result instanceof Promise) result.catch((error: unknown) => look(where, error));
        return result;
      } catch (error) {
        look(where, error);
        throw error;
      }
    };
}

for (const name of Object.keys(EVENTS)) subscribe(name, (fields) => look(`the event ${name}`, fields));
for (const name of ['debug', 'info', 'log', 'warn', 'error']) {
  wrap(console, name, (original) => (...args) => {
    look(`console.${name}`, args);
    return original(...args);
  });
}
for (const type of [SecureChatCompletion, SecureCompletionClient]) {
  for (const name of Object.getOwnPropertyNames(type.prototype)) {
    if (name !== 'constructor') {
      wrap(type.prototype, name, lookAtFailures(`an error of ${type.name}.${name}()`));
    }
  }
}
