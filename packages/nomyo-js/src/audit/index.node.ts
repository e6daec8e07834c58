/**
 * An audit trail without content: one line per call in a hash chain, with signed checkpoints. Node only.
 *
 * @packageDocumentation
 */
export { openAuditLog } from './open.node.js';
export { AuditLog } from './log.node.js';
export type { AuditLogOptions } from './options.node.js';
export type { AdmittedRequest, CallEnd, CallObserver, CallRecorder, CallStart } from '../observe/observer.js';
export { createAuditKey, type AuditKeyFiles } from './signing.node.js';
export {
  auditCheckpoints,
  auditFilesOf,
  forEachLine,
  verifyAuditLog,
  type AuditReport,
  type VerifyAuditOptions,
} from './verify.node.js';
export {
  AuditVerifier,
  type AuditProblem,
  type AuditVerdict,
  type AuditVerifierOptions,
} from './verifier.node.js';
export type { ChainPoint } from './line.node.js';
export { CSV_HEADER, csvLine } from './csv.js';
export { AuditError } from './errors.js';
