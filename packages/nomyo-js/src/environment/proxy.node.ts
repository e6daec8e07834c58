/** The proxy from the options, or from Node's environment. */
import { given } from '@nomyo/base';
import { environmentProxy, proxyVariable } from '@nomyo/transport';
import type { Environment } from './environment.js';

/** The caller's proxy, or else the environment's; `NO_PROXY` applies to both, as it does for curl. */
export const proxyOf: Environment['proxyOf'] = (proxy) =>
  proxy === undefined
    ? (environmentProxy(process.env) ?? {})
    : { proxy, ...given('noProxy', proxyVariable(process.env, 'NO_PROXY')) };
