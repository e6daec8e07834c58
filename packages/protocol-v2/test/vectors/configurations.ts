/** `configurations` and `padme`. */
import { padme } from '../../src/messages/padding.js';
import { isSuite, type SuiteId } from '../../src/facts.js';
import { toHex, fromHex } from '../../src/layout.js';
import { chooseKey, takeKeyDocument, usableKeys, type KeyDocument } from '../../src/configuration/take-document.js';
import { firstDifference, outcome } from './compare.js';
import { VectorError, type Case } from './file.js';

export function checkPadme(value: unknown): string | undefined {
  if (!Array.isArray(value)) throw new VectorError('a pair of lengths is expected');
  const pair: readonly unknown[] = value;
  const [length, padded] = pair;
  if (typeof length !== 'number' || typeof padded !== 'number') throw new VectorError('lengths must be numbers');
  return firstDifference({ [`padme(${String(length)})`]: padded }, { [`padme(${String(length)})`]: padme(length) });
}

function suitesOf(vector: Case): SuiteId[] {
  return vector.values('suites').filter((id): id is SuiteId => typeof id === 'number' && isSuite(id));
}

export async function checkConfiguration(vector: Case): Promise<string | undefined> {
  const now = vector.number('now');
  const suites = suitesOf(vector);
  let document: KeyDocument | undefined;
  const found = await outcome(async () => {
    document = await takeKeyDocument(vector.hex('document'), {
      roots: vector.values('pins').map((pin) => fromHex(String(pin)) ?? new Uint8Array(0)),
      realm: vector.text('realm'),
      now,
      seen: { epoch: vector.number('seen_epoch'), issuedAt: vector.number('seen_issued_at') },
    });
    chooseKey(document, now, suites);
  });
  const difference = firstDifference({ expect: vector.text('expect') }, { expect: found });
  if (difference !== undefined || document === undefined || found !== 'ok') return difference;
  return firstDifference(
    { config: vector.raw('config'), usable_key_ids: vector.raw('usable_key_ids') },
    { config: configOf(document), usable_key_ids: usableKeys(document, now, suites).map(({ keyId }) => keyId) },
  );
}

function configOf(document: KeyDocument): unknown {
  return {
    epoch: document.epoch,
    issued_at: document.issuedAt,
    expires_at: document.expiresAt,
    max_request: document.maxRequest,
    keys: document.keys.map((key) => ({
      key_id: key.keyId,
      suite: key.suite,
      active_from: key.activeFrom,
      active_until: key.activeUntil,
      public: toHex(key.publicKey),
      evidence: toHex(key.evidence),
    })),
  };
}
