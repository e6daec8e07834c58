/**
 * A local router that speaks protocol version 1, for development and tests.
 *
 * @packageDocumentation
 */
export { startRouter, type Router } from './router.js';
export {
  startTestRouter,
  type ClientOptions,
  type TestRouter,
  type TestRouterOptions,
} from './test-router.js';
export type { Answer, AnswerFunction, Answers } from './answers/answers.js';
export type { OpenedRequest } from './inspect/open-requests.js';
export type { ExpectedPayload, Observed } from './inspect/verdicts.js';
export {
  assertReceived,
  assertReceivedTimes,
  assertSealed,
  routerMatchers,
  type MatcherResult,
  type RouterMatchers,
} from './inspect/matchers.js';
export type { ChatRequest, JsonObject } from './protocol/payload.js';
export type { RouterOptions } from './options.js';
export type { SeenRequest } from './http/seen.js';
export type { TlsIdentity } from './http/listener.js';
export { FAIL_MODES, type FailModeName } from './fail/modes.js';
export type { FailMode } from './fail/parse.js';
export type { FailSpec } from './fail/plan.js';
export { DEFAULT_RATE_LIMIT, type RateLimitSettings } from './policy/rate-limit.js';
export type { TierModels } from './policy/tiers.js';
export { TIERS, type SecurityTier } from '../v1/headers.js';
export { makeCertificate, type CertificateOptions, type MadeCertificate } from './tls/certificate.js';
