/**
 * Version 2 of the NOMYO protocol, both halves: a client's and a gateway's. SPEC.md is the protocol. No I/O.
 *
 * @packageDocumentation
 */
export {
  classOf,
  clearClassOf,
  clearError,
  clearErrorOf,
  codeOf,
  ERROR_TABLE,
  protocolError,
  readClearError,
  type ClearErrorClass,
  type ErrorClass,
} from './errors.js';
export { CONTENT_TYPE, isSuite, LIMITS, SUITES, TIERS, type SuiteId, type Tier } from './facts.js';
export type { AnswerHead, RequestHead } from './messages/head.js';
export { isOfType } from './media-type.js';
export { padme } from './messages/padding.js';

export {
  generateKemKey,
  importKemKey,
  mlKemImplementation,
  type KemKey,
  type KemKeyOptions,
  type PublicKemKey,
} from './configuration/kem-key.js';
export {
  formatPin,
  generateSigningKey,
  importSigningKey,
  parsePin,
  type SigningKey,
} from './configuration/signing-key.js';
export {
  makeDelegation,
  makeKeyDocument,
  type DelegationOptions,
  type KeyDocumentOptions,
  type PublishedKey,
} from './configuration/make-document.js';
export { inspectDelegation, type Delegation, type InspectedDelegation } from './configuration/delegation.js';
export {
  chooseKey,
  inspectKeyDocument,
  takeKeyDocument,
  usableKeys,
  type DocumentKey,
  type InspectedDocument,
  type KeyDocument,
  type SeenDocument,
  type TakeOptions,
} from './configuration/take-document.js';

export {
  sealRequest,
  type AnswerSecret,
  type SealedRequest,
  type SealOptions,
} from './messages/request-sealer.js';
export { AnswerOpener, type AnswerOpenerOptions } from './messages/answer-opener.js';

export {
  RequestOpener,
  type KemKeys,
  type OpenedRequest,
  type RequestOpenerOptions,
} from './messages/request-opener.js';
export type { AnswerSealer } from './messages/answer-sealer.js';
export {
  MemoryReplayMap,
  type Entered,
  type MemoryReplayMapOptions,
  type ReplayMap,
} from './replay/replay-map.js';
