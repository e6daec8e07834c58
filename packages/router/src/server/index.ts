/**
 * The router that one leaves running, for programs that start it themselves. The command `nomyo-router serve` is built
 * from the same parts.
 *
 * @packageDocumentation
 */
export { startServer, type RouterServer } from './server.js';
export type { ServerOptions } from './options.js';
export { createRoot } from './keys/root.js';
export { delegate, revoke, type DelegateRequest, type RevokeRequest } from './keys/delegate.js';
export { gatewayProtocol, openSigner } from './protocol/gateway.js';
export type { Protocol, Signer } from './protocol/port.js';
export { KeyRing, OPEN_TO_ALL, type Access } from './access/key-ring.js';
export { oneUpstream, type TierRoute, type TierTable } from './access/tiers.js';
export { MemoryReplayMap, type MemoryMapOptions } from './replay/memory-map.js';
export { openReplays } from './replay/open.js';
export type { ReplayKey, ReplayMap, ReplayVerdict } from './replay/replay-map.js';
export { UsageError } from './cli/usage-error.js';
