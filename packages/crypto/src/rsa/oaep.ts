/** RSA-OAEP with SHA-256 as hash and in MGF1, and an empty label (RFC 8017 §7.1). By WebCrypto, off the main thread. */
export const OAEP = { name: 'RSA-OAEP', hash: 'SHA-256' } as const;

/** 65537, the exponent of every key this SDK generates. */
const PUBLIC_EXPONENT = Uint8Array.of(0x01, 0x00, 0x01);

/** Imports a public key for wrapping from its SPKI (RFC 5280 §4.1). It cannot be exported again. */
export function importSpki(spki: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return globalThis.crypto.subtle.importKey('spki', spki, OAEP, false, ['encrypt']);
}

/** Imports a private key for unwrapping from its PKCS#8 (RFC 5208). It cannot be exported again. */
export function importPkcs8(pkcs8: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return globalThis.crypto.subtle.importKey('pkcs8', pkcs8, OAEP, false, ['decrypt']);
}

/** Generates a key as PKCS#8 DER. The caller wipes it. */
export async function generate(modulusBits: number): Promise<Uint8Array<ArrayBuffer>> {
  const pair = await generateKeyPair(modulusBits, true);
  return new Uint8Array(await globalThis.crypto.subtle.exportKey('pkcs8', pair.privateKey));
}

/** @param extractable whether the private key can be exported; the public key always can */
export function generateKeyPair(modulusBits: number, extractable: boolean): Promise<CryptoKeyPair> {
  const algorithm = { ...OAEP, modulusLength: modulusBits, publicExponent: PUBLIC_EXPONENT };
  return globalThis.crypto.subtle.generateKey(algorithm, extractable, ['encrypt', 'decrypt']);
}

/** The SPKI of a public key, as DER. */
export async function exportSpki(publicKey: CryptoKey): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await globalThis.crypto.subtle.exportKey('spki', publicKey));
}

/** Reports whether a key made elsewhere is for this algorithm and this use. */
export function isOaepKey({ algorithm, usages }: CryptoKey, usage: KeyUsage): boolean {
  const { name, hash } = algorithm as Partial<RsaHashedKeyAlgorithm>;
  return name === OAEP.name && hash?.name === OAEP.hash && usages.includes(usage);
}
