/**
 * An HTTP server on your own machine that speaks the protocols of OpenAI, Anthropic and Ollama, and seals every call
 * before it leaves. Node only.
 *
 * @packageDocumentation
 */
export { startGateway, type Gateway } from './gateway.js';
export { DEFAULTS, LIMITS, type GatewayOptions } from './options.js';
export type { Call, Outcome } from './calls/book.js';
export { createLog, type GatewayLog } from './log.js';
