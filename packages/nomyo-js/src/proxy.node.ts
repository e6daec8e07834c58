/** Which proxy the environment names. */
import { given } from '@nomyo/base';
import { LOOPBACK_NO_PROXY, parseProxy } from '@nomyo/transport';
import type { Environment } from './environment.js';

/** The caller's proxy, or else the environment's; `NO_PROXY` applies to both, as it does for curl. */
export const proxyOf: Environment['proxyOf'] = (proxy) => {
  const noProxy = variable('NO_PROXY');
  if (proxy !== undefined) return { proxy, ...given('noProxy', noProxy) };
  const fromEnvironment = variable('HTTPS_PROXY');
  if (fromEnvironment === undefined) return {};
  // Refused here, by the name of the variable.
  parseProxy(fromEnvironment, 'HTTPS_PROXY');
  return { proxy: fromEnvironment, noProxy: `${LOOPBACK_NO_PROXY},${noProxy ?? ''}` };
};

/** Both spellings are in use; curl looks at the lower case first. One that is empty counts as unset. */
function variable(name: string): string | undefined {
  const values = [name.toLowerCase(), name].map((spelling) => process.env[spelling]);
  return values.find((value) => value !== undefined && value !== '');
}
