import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Runs the garbage collector. Node's key objects hold copies of a private key until they are collected, when OpenSSL
 * overwrites them; destroying a key (SPEC §4.4) must not wait for memory pressure. Runs twice an hour, for tens of
 * milliseconds.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof collect === 'function') Reflect.apply(collect, undefined, []);
}
