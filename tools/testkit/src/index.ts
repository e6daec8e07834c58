/** Helpers for the tests of several packages. Nothing here depends on jest: see `@nomyo/testkit/jest`. */
export { freePort } from './free-port.js';
export { countInProcess } from './memory-scan.js';
export { RedisServer, whyNoRedis, type RedisOptions } from './redis.js';
export { until } from './until.js';
