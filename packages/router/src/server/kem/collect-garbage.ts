import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Frees what nobody refers to. Node's key objects hold copies of a private key until then, and OpenSSL overwrites them as
 * they are freed: the destruction of a key (SPEC §4.4) must not wait until memory is short. Twice in an hour, for some
 * tens of milliseconds.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof collect === 'function') Reflect.apply(collect, undefined, []);
}
