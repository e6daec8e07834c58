/**
 * The router that one leaves running, for programs that start it themselves. The command `nomyo-router serve` is built
 * from the same parts.
 *
 * @example
 * ```ts
 * const server = await startServer({
 *   signer: await openSigner('signer.pem'),
 *   access: OPEN_TO_ALL,
 *   tiers: oneUpstream('http://127.0.0.1:8000'),
 *   port: 8443, // plain HTTP on 127.0.0.1: a proxy in front ends TLS
 *   print: console.log, // the log, a line at a time
 * });
 * process.once('SIGTERM', () => void server.drain());
 * ```
 *
 * @packageDocumentation
 */
export { startServer, type RouterServer } from './server.js';
export type { ServerOptions } from './options.js';
export { createRoot } from './keys/root.js';
export { delegate, revoke, type DelegateRequest, type RevokeRequest } from './keys/delegate.js';
export { openSigner } from './keys/signer.js';
export { gatewayProtocol, type Protocol, type Signer } from './protocol/port.js';
export { KeyRing, OPEN_TO_ALL, type Access } from './access/key-ring.js';
export { oneUpstream, type TierRoute, type TierTable } from './access/tiers.js';
export { openReplays } from './replay/open.js';
export { MemoryReplayMap, type MemoryMapOptions, type ReplayMap } from './replay/replay-map.js';
export { UsageError } from '../usage-error.js';
