/** What the tests of several packages need. Nothing here knows jest: see `@nomyo/testkit/jest`. */
export { freePort } from './free-port.js';
export { RedisServer, whyNoRedis, type RedisOptions } from './redis.js';
export { until } from './until.js';
