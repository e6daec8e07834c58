/**
 * Version 2 of the protocol, for the clients of nomyo-js: answers that only the sender of the request can open, hourly
 * forward secrecy, post-quantum key exchange, real streams. It needs the package `@nomyo/protocol-v2`.
 *
 * @packageDocumentation
 */
export { v2, type V2Options } from './v2.js';
export type { Protocol } from '../protocol.js';
export type { SuiteId } from '@nomyo/protocol-v2';
