/** Envelopes with one bit changed. */
import type { WireEnvelope } from '../independent.js';

/** A value of an envelope, by the name of its member. */
export type BinaryMember = 'ciphertext' | 'nonce' | 'tag' | 'encrypted_aes_key';

export function readMember(wire: WireEnvelope, member: BinaryMember): Buffer {
  const value = member === 'encrypted_aes_key' ? wire.encrypted_aes_key : wire.encrypted_payload[member];
  return Buffer.from(value, 'base64');
}

export function withMember(wire: WireEnvelope, member: BinaryMember, bytes: Uint8Array): WireEnvelope {
  const value = Buffer.from(bytes).toString('base64');
  if (member === 'encrypted_aes_key') return { ...wire, encrypted_aes_key: value };
  return { ...wire, encrypted_payload: { ...wire.encrypted_payload, [member]: value } };
}

export function withFlippedBit(wire: WireEnvelope, member: BinaryMember, bit: number): Uint8Array {
  const bytes = readMember(wire, member);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return new TextEncoder().encode(JSON.stringify(withMember(wire, member, bytes)));
}
