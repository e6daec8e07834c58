/**
 * The wrapped key, bit by bit: one RSA-4096 operation each. One envelope is swept whole; of the other six
 * each takes every 24th bit, no two of them the same. With NOMYO_SWEEP=all every one is swept whole.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { openEnvelope, type RsaPrivateKey } from '../../src/index.js';
import type { WireEnvelope } from '../independent.js';
import { securityCode } from '../support/errors.js';
import { withFlippedBit } from '../support/flips.js';
import { recipientKey } from '../support/keys.js';
import { goodCases } from '../support/vectors.js';

const BITS = 4096;
/** Openings at a time: enough for every core, few enough to be kind to the memory. */
const AT_ONCE = 64;

const isWhole = process.env['NOMYO_SWEEP'] === 'all';

let key: RsaPrivateKey;

beforeAll(async () => {
  key = await recipientKey();
});

async function refusals(wire: WireEnvelope, bits: readonly number[]): Promise<number> {
  let refused = 0;
  for (let i = 0; i < bits.length; i += AT_ONCE) {
    const codes = await Promise.all(
      bits
        .slice(i, i + AT_ONCE)
        .map((bit) => securityCode(() => openEnvelope(withFlippedBit(wire, 'encrypted_aes_key', bit), key))),
    );
    refused += codes.filter((code) => code === 'DECRYPTION_FAILED').length;
  }
  return refused;
}

const sweeps = goodCases.map(({ name, envelope }, index) => {
  const step = isWhole || index === 0 ? 1 : 24;
  const first = step === 1 ? 0 : index;
  const bits = Array.from({ length: BITS }, (_, bit) => bit).filter((bit) => bit % step === first);
  const what =
    step === 1
      ? 'all 4096 bits'
      : `bits ${String(first)}, ${String(first + step)}, … (${String(bits.length)})`;
  return { name, wire: JSON.parse(envelope) as WireEnvelope, bits, what };
});

describe('an envelope with a single bit of its wrapped key flipped is refused', () => {
  it.each(sweeps)(
    '$name: $what',
    async ({ wire, bits }) => {
      expect(await refusals(wire, bits)).toBe(bits.length);
    },
    600_000,
  );
});
