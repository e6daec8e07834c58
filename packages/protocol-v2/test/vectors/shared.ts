/** Shared by several groups. */
import { TIERS, FRAME, type FrameType, type Tier } from '../../src/facts.js';
import type { KemKey } from '../../src/configuration/kem-key.js';
import type { PlainFrame } from '../../src/messages/frame-sealer.js';
import { VectorError, type Case } from './file.js';

export type Keys = ReadonlyMap<string, KemKey>;

export const isTier = (text: string): text is Tier => TIERS.some((tier) => tier === text);

const isFrameType = (type: number): type is FrameType => Object.values(FRAME).some((known) => known === type);

/** A frame as the file lists it: `padded_to` is content and padding together, less than the content: none. */
export function frameOf(frame: Case, content: Uint8Array): PlainFrame {
  const type = frame.number('type');
  if (!isFrameType(type)) throw new VectorError('"type" must be 1 to 4');
  return { type, content, padding: Math.max(frame.number('padded_to') - content.byteLength, 0) };
}
