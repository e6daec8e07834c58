/**
 * The NOMYO envelope, RSA keys and protected memory: both halves of protocol version 1, a client's and a router's.
 * No I/O. Node and browsers.
 *
 * @packageDocumentation
 */
export { decryptAesCbc } from './aes-cbc.js';
export { openAesGcm } from './aes-gcm.js';
export type { CbcInput, GcmMessage, GcmTag } from './runtime/runtime.js';
export { decodeBase64, encodeBase64 } from './base64.js';
export { decodePem, encodePem, PEM_LABEL, type PemBlock } from './pem.js';

export { SUITE } from './suite.js';
export { sealEnvelope, type SealOptions } from './envelope/seal.js';
export { openEnvelope, type OpenedEnvelope, type OpenOptions } from './envelope/open.js';
export { checkPayloadSize, decodePayload, encodePayload } from './envelope/payload.js';
export { MAX_JSON_DEPTH, type JsonObject } from './json/parse.js';
export { serializeJson, type SerializeOptions } from './json/serialize.js';

export { checkJsonObject, selectNumber, selectText, type JsonPath } from './json/select.js';

export { CryptoKeySource, generateCryptoKeyPair } from './rsa/crypto-key-source.js';
export type { KeySource } from './rsa/key-source.js';
export { generatePkcs8, KEY_SIZES, RsaPrivateKey, type KeySize } from './rsa/private-key.js';
export { RsaPublicKey } from './rsa/public-key.js';
export { pkcs8FromPkcs1 } from './rsa/pkcs8.js';

export {
  getMemoryProtectionInfo,
  SecureByteContext,
  type SecureByteContextOptions,
} from './memory/secure-byte-context.js';
export { withLockedMemory } from './memory/with-locked-memory.js';
export type { RoomOptions } from './memory/room.js';
export { checkLockedMemory } from './memory/check-locked.js';
export type { MemoryProtectionInfo, UnlockedMemory } from './memory/backend.js';

export {
  DisposedError,
  ERROR_CODES,
  InvalidArgumentError,
  NomyoError,
  SecurityError,
  type AbortSignalLike,
  type Bytes,
  type NomyoErrorCode,
  type NomyoErrorOptions,
} from '@nomyo/base';
