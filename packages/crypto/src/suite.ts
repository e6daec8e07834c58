/** The only suite of protocol version 1: all names, sizes and limits (SPEC.md §2). */
export const SUITE = {
  version: '1.0',
  algorithm: 'hybrid-aes256-rsa4096',
  keyAlgorithm: 'RSA-OAEP-SHA256',
  payloadAlgorithm: 'AES-256-GCM',
  /** AES-256 (FIPS 197). */
  aesKeyBytes: 32,
  /** The 96-bit IV that GCM is defined for (NIST SP 800-38D §5.2.1.1). */
  nonceBytes: 12,
  /** The full 128-bit tag; a shorter one is easier to forge (NIST SP 800-38D appendix C). */
  tagBytes: 16,
  /** Shortest RSA modulus a client accepts, in bits (SPEC.md §3). */
  minModulusBits: 2048,
  /** Longest RSA modulus a client accepts, in bits: OpenSSL's own limit, which bounds the work a key can cause. */
  maxModulusBits: 16_384,
  /** Default modulus of the keys this SDK generates, in bits. */
  defaultModulusBits: 4096,
  /** Largest request payload, in bytes of JSON: 10 MiB (SPEC.md §6). */
  maxPayloadBytes: 10_485_760,
} as const;
