import { afterAll, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal, scanJournal } from '../../src/batch/journal/journal.js';
import { Ledger, STATE } from '../../src/batch/journal/ledger.js';
import { decodeRecord, encodeRecord, type Done } from '../../src/batch/journal/record.js';
import { inRuns, runsOf } from '../../src/batch/journal/runs.js';

const folder = mkdtempSync(join(tmpdir(), 'nomyo-journal-'));
const path = join(folder, 'journal');
afterAll(() => rmSync(folder, { recursive: true }));

const SIZE = 6;
const line = (index: number) => new TextEncoder().encode(`{"n":${index},"text":"\u00e4\u20ac"}`);
const done = (index: number, ok = true): Done => ({ kind: 'done', index, ok, input: 1, output: 2 });

async function write() {
  rmSync(path, { force: true });
  const journal = new Journal(path, new Ledger(SIZE), 0);
  for (const index of [3, 0, 1]) {
    journal.append({ kind: 'sent', index });
    journal.append(done(index, index !== 1), line(index));
  }
  journal.append({ kind: 'sent', index: 2 });
  await journal.close();
}

async function read() {
  const ledger = new Ledger(SIZE);
  const { records, facts } = scanJournal(path);
  for await (const { decoded, offset } of records) ledger.take(decoded, offset);
  const journal = new Journal(path, ledger, facts.wholeBytes);
  const states = Array.from({ length: SIZE }, (_, index) => ledger.stateOf(index));
  return { ledger, facts, journal, states };
}

const { open, sent, answered, failed } = STATE;

describe('the journal', () => {
  it('after a restart tells which lines were answered, failed or sent, and returns them', async () => {
    await write();
    const { ledger, facts, journal, states } = await read();
    expect(states).toEqual([answered, failed, sent, answered, open, open]);
    expect(ledger).toMatchObject({ answered: 2, failed: 1, total: SIZE, usage: { input: 3, output: 6 } });
    for (const index of [0, 1, 3]) expect(journal.readLine(ledger.placeOf(index))).toEqual(line(index));
    expect(facts.damaged).toBe(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await journal.close();
  });

  it('cut at any byte, it loses no whole record, and can be continued', async () => {
    await write();
    const whole = readFileSync(path);
    const ends = [...whole.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1);
    for (let cut = 0; cut <= whole.length; cut += 1) {
      writeFileSync(path, whole.subarray(0, cut));
      const before = await read();
      expect(before.facts.wholeBytes).toBe(ends.filter((end) => end <= cut).at(-1) ?? 0);
      before.journal.append(done(5), line(5));
      await before.journal.close();
      const after = await read();
      expect(after.states).toEqual([...before.states.slice(0, 5), answered]);
      expect(after.journal.readLine(after.ledger.placeOf(5))).toEqual(line(5));
      expect(after.facts.damaged).toBe(0);
      await after.journal.close();
    }
  });

  it('written lines are in the file while the run goes on', async () => {
    rmSync(path, { force: true });
    const journal = new Journal(path, new Ledger(SIZE), 0);
    journal.append({ kind: 'sent', index: 0 });
    journal.append(done(3), line(3));
    await journal.written();
    const { states, journal: other } = await read();
    expect(states).toEqual([sent, open, open, answered, open, open]);
    await other.close();
    await journal.close();
  });

  it('returns a line at once, in the turn in which it was appended', async () => {
    rmSync(path, { force: true });
    const ledger = new Ledger(SIZE);
    const journal = new Journal(path, ledger, 0);
    journal.append(done(2), line(2));
    expect(journal.readLine(ledger.placeOf(2))).toEqual(line(2));
    await journal.close();
  });

  it('a full disk is reported to every waiter, however often', async () => {
    const journal = new Journal('/dev/full', new Ledger(SIZE), 0);
    for (const index of [0, 1]) {
      journal.append(done(index), line(index));
      await expect(journal.written()).rejects.toMatchObject({ code: 'ENOSPC' });
      await expect(journal.durable()).rejects.toMatchObject({ code: 'ENOSPC' });
    }
    await expect(journal.close()).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  it('every flipped bit is detected, and costs one record', async () => {
    await write();
    const whole = readFileSync(path);
    for (let bit = 0; bit < whole.length * 8; bit += 7) {
      const bad = Buffer.from(whole);
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, bad);
      const { facts, journal } = await read();
      await journal.close();
      const isLastEnd = bit >> 3 === whole.length - 1;
      expect(facts.damaged > 0 || isLastEnd).toBe(true);
    }
  });

  it('a power failure that leaves zeros costs only the records there', async () => {
    await write();
    appendFileSync(path, Buffer.alloc(4096));
    const { states, journal } = await read();
    expect(states).toEqual([answered, failed, sent, answered, open, open]);
    await journal.close();
  });

  it('records come back as they were written', () => {
    const { bytes, lineStart, lineLength } = encodeRecord(done(4), line(4));
    expect(decodeRecord(bytes.subarray(0, -1))).toEqual({ record: done(4), lineStart, lineLength });
    expect(decodeRecord(new TextEncoder().encode('00000000 {}'))).toBeUndefined();
    expect(decodeRecord(new Uint8Array(0))).toBeUndefined();
  });

  it('runs are the sets that they were made of', () => {
    for (let bits = 0; bits < 256; bits += 1) {
      const has = (index: number) => ((bits >> index) & 1) === 1;
      const isIn = inRuns(runsOf(8, has));
      for (let index = 0; index < 8; index += 1) expect(isIn(index)).toBe(has(index));
    }
  });
});
