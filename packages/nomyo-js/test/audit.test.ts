/** The audit log: what was changed, dropped, moved, inserted or cut off is found, and a crash is marked and survived. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  auditCheckpoints,
  AuditVerifier,
  createAuditKey,
  CSV_HEADER,
  csvLine,
  openAuditLog,
  verifyAuditLog,
  type CallEnd,
  type AuditError,
  type AuditLog,
  type AuditLogOptions,
  type ChainPoint,
} from '../src/audit/index.node.js';
import { readHead } from '../src/audit/head.node.js';
import { START } from '../src/audit/line.node.js';
import { cleanUp, rejection, temporaryDirectory } from './support.js';
import { MARKERS } from './leaks.js';

afterEach(cleanUp);

const call = (payloadId: string): Parameters<AuditLog['begin']>[0] => ({
  operation: 'chat',
  protocol: 'nomyo/1',
  payloadId,
  model: 'a-model',
  securityTier: 'high',
  stream: false,
  server: { address: 'localhost', port: 443 },
  parameters: {},
});

const END: CallEnd = {
  outcome: 'ok',
  durationMs: 12.4,
  attempts: 1,
  requestBytes: 2000,
  responseBytes: 1000,
  appliedTier: undefined,
  keys: { server: 'sha256/server', client: 'sha256/client' },
  memoryLocked: true,
  ciphertexts: { request: 'ab'.repeat(32), response: 'cd'.repeat(32) },
  failure: undefined,
  firstChunkMs: undefined,
  answer: undefined,
};

const request = (apiKey: string | undefined): Parameters<ReturnType<AuditLog['begin']>['admit']>[0] => ({
  plaintextBytes: 100,
  macOfApiKey: async (mac) => (apiKey === undefined ? undefined : mac(new TextEncoder().encode(apiKey))),
});

async function record(log: AuditLog, count: number, apiKey?: string): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const recorder = log.begin(call(`id-${String(i)}`));
    await recorder.admit(request(apiKey));
    await recorder.end(END);
  }
}

async function logOf(count: number, options: Partial<AuditLogOptions> = {}): Promise<string> {
  const file = join(temporaryDirectory(), 'audit.jsonl');
  const log = await openAuditLog({ file, ...options });
  await record(log, count);
  await log.close();
  return file;
}

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');
const problemOf = (file: string): ReturnType<typeof verifyAuditLog>['problem'] =>
  verifyAuditLog([file]).problem;

/** Verifies bytes as the verifier of a file would. */
function problemIn(bytes: Buffer, head: ReturnType<typeof readHead>, begin = START): unknown {
  const known = head === undefined || head === 'damaged' ? [] : [head];
  const verifier = new AuditVerifier({ known, start: begin });
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end !== -1 && !verifier.failed; end = bytes.indexOf(0x0a, start)) {
    verifier.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return verifier.finish(verifier.failed ? undefined : bytes.subarray(start)).problem;
}

describe('a line', () => {
  it('tells what happened, but none of the content', async () => {
    const file = join(temporaryDirectory(), 'audit.jsonl');
    const log = await openAuditLog({ file });
    await record(log, 2, MARKERS.apiKey);
    const failed = log.begin({ ...call('id-2'), model: 'x'.repeat(300), securityTier: undefined });
    await failed.admit(request(`${MARKERS.apiKey}2`));
    await failed.end({
      ...END,
      outcome: 'failed',
      failure: { name: 'RateLimitError', code: 'RATE_LIMITED', status: 429, possiblyExecuted: false },
    });
    await log.close();
    const lines = linesOf(file).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({
      v: 1,
      seq: 0,
      type: 'call',
      payload_id: 'id-0',
      protocol: 'nomyo/1',
      server_key: 'sha256/server',
      client_key: 'sha256/client',
      tier: 'high',
      model: 'a-model',
      request_bytes: 2000,
      request_sha256: 'ab'.repeat(32),
      response_sha256: 'cd'.repeat(32),
      outcome: 'ok',
      duration_ms: 12,
    });
    expect(lines[2]).toMatchObject({ outcome: 'failed', code: 'RATE_LIMITED', status: 429 });
    expect(lines[2]?.['model']).toHaveLength(256);
    expect(lines[0]?.['api_key']).toMatch(/^[0-9a-f]{32}$/);
    expect(lines[1]?.['api_key']).toBe(lines[0]?.['api_key']);
    expect(lines[2]?.['api_key']).not.toBe(lines[0]?.['api_key']);
    expect(readFileSync(file, 'utf8')).not.toContain(MARKERS.apiKey);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(`${file}.hmac-key`).mode & 0o777).toBe(0o600);
  });
});

/** `pnpm stress:audit` tries every bit, every line and every byte; `npm test` takes a sample of them. */
const isSweep = process.env['NOMYO_SWEEP'] === 'all';
const SWEEP_MS = 3_600_000;

describe('a log of 500 lines', () => {
  it('is verified, and so is every prefix as far as it goes', async () => {
    const file = await logOf(500);
    expect(verifyAuditLog([file])).toMatchObject({
      problem: undefined,
      lines: 500,
      calls: 500,
      hasHead: true,
    });
  });

  it(
    'reveals every single changed bit',
    async () => {
      const file = await logOf(500);
      const head = readHead(file);
      const lines = linesOf(file);
      const points = [START, ...lines.map((line) => JSON.parse(line) as ChainPoint)];
      for (const [i, line] of lines.entries()) {
        // The lines before are unchanged and say nothing about this one; the lines after may.
        const bytes = Buffer.from(`${line}\n${lines[i + 1] ?? ''}${i < 499 ? '\n' : ''}`);
        const known = i < 498 ? undefined : head;
        // All bits of three lines, and one bit of every fifth byte of all others, which are like them.
        const isWhole = isSweep || [0, 250, 499].includes(i);
        const length = Buffer.byteLength(line) + 1;
        for (let bit = isWhole ? 0 : i % 40; bit < length * 8; bit += isWhole ? 1 : 41) {
          expectFound(bytes, bit, known, points[i]);
        }
      }
    },
    isSweep ? SWEEP_MS : undefined,
  );

  it(
    'reveals every line that was deleted, doubled, or swapped with the next',
    async () => {
      const file = await logOf(500);
      const lines = linesOf(file);
      const head = readHead(file);
      const whole = (changed: readonly string[]): Buffer => Buffer.from(`${changed.join('\n')}\n`);
      for (let i = 0; i < 500; i += isSweep || i < 10 || i > 480 ? 1 : 7) {
        const [one = '', two = ''] = [lines[i], lines[i + 1]];
        const deleted = problemIn(whole(lines.toSpliced(i, 1)), head);
        expect(deleted).toMatchObject({ line: i + 1 });
        expect(problemIn(whole(lines.toSpliced(i, 0, one)), head)).toMatchObject({ line: i + 2 });
        if (i < 499) {
          expect(problemIn(whole(lines.toSpliced(i, 2, two, one)), head)).toMatchObject({ line: i + 1 });
        }
      }
    },
    isSweep ? SWEEP_MS : undefined,
  );

  it(
    'reveals any two lines that changed places, however far apart',
    async () => {
      const lines = linesOf(await logOf(500));
      const points = [START, ...lines.map((line) => JSON.parse(line) as ChainPoint)];
      for (let i = 0; i < 499; i += isSweep ? 1 : 23) {
        for (let j = i + 1; j < 500; j += isSweep ? 1 : 29) {
          // The lines before are unchanged: the fault must be found at the first of the two.
          const verifier = new AuditVerifier({ start: points[i] ?? START });
          verifier.push(lines[j] ?? '');
          if (!verifier.failed) throw new Error(`lines ${String(i)} and ${String(j)}`);
        }
      }
    },
    isSweep ? SWEEP_MS : undefined,
  );

  it(
    'reveals where it was cut off, at any byte',
    async () => {
      const file = await logOf(500);
      const bytes = readFileSync(file);
      const head = readHead(file);
      for (let length = 0; length < bytes.byteLength; length += isSweep ? 7 : 997) {
        expect(problemIn(bytes.subarray(0, length), head)).toBeDefined();
      }
      let length = 0;
      for (const [i, line] of linesOf(file).slice(0, 499).entries()) {
        length += Buffer.byteLength(line) + 1;
        if (i % 5 !== 0 && !isSweep) continue;
        expect(problemIn(bytes.subarray(0, length), head)).toMatchObject({ line: i + 2 });
        expect(problemIn(bytes.subarray(0, length - 1), head)).toMatchObject({ line: i + 1 });
      }
    },
    isSweep ? SWEEP_MS : undefined,
  );
});

function expectFound(
  bytes: Buffer,
  bit: number,
  head: ReturnType<typeof readHead>,
  start: ChainPoint | undefined,
): void {
  const at = Math.floor(bit / 8);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit % 8));
  const problem = problemIn(bytes, head, start);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit % 8));
  if (problem === undefined) throw new Error(`bit ${String(bit)} was changed, and it was not found`);
}

it('a call still running when the log is closed leaves a line that says so', async () => {
  const file = join(temporaryDirectory(), 'audit.jsonl');
  const log = await openAuditLog({ file });
  const recorder = log.begin(call('under-way'));
  await recorder.admit(request(undefined));
  await Promise.all([log.close(), log.close()]);
  expect(linesOf(file).map((line) => JSON.parse(line) as object)).toMatchObject([
    { payload_id: 'under-way', outcome: 'unfinished', model: 'a-model' },
  ]);
  expect(verifyAuditLog([file])).toMatchObject({ problem: undefined, calls: 1 });
});

it('an empty file is a log without lines; carriage returns and unterminated lines are not valid', async () => {
  const file = join(temporaryDirectory(), 'audit.jsonl');
  writeFileSync(file, '');
  expect(verifyAuditLog([file])).toMatchObject({ problem: undefined, lines: 0, hasHead: false });
  const log = await logOf(2);
  writeFileSync(file, readFileSync(log, 'utf8').replaceAll('\n', '\r\n'));
  expect(problemOf(file)?.line).toBe(1);
  writeFileSync(file, `${readFileSync(log, 'utf8')}${'x'.repeat(2_000_000)}\n`);
  expect(problemOf(file)?.line).toBe(3);
});

describe('files', () => {
  it('are rotated by size, and verified as one', async () => {
    const file = await logOf(40, { maxBytes: 4096 });
    expect(existsSync(`${file}.000002`)).toBe(true);
    const report = verifyAuditLog([file]);
    expect(report).toMatchObject({ problem: undefined, calls: 40 });
    expect(report.files.length).toBeGreaterThan(3);
    const middle = `${file}.000002`;
    const lines = linesOf(middle);
    writeFileSync(middle, `${lines.with(1, (lines[1] ?? '').replace('a-model', 'b-model')).join('\n')}\n`);
    expect(problemOf(file)).toMatchObject({ file: middle, line: 2 });
    rmSync(middle);
    expect(problemOf(file)).toMatchObject({ file: `${file}.000003`, line: 1 });
  });

  it('continue when the current one was moved away by hand, and the head reveals that lines are missing', async () => {
    const file = await logOf(3);
    renameSync(file, `${file}.moved`);
    const log = await openAuditLog({ file });
    await record(log, 1);
    await log.close();
    expect(problemOf(file)?.reason).toMatch(/cut off|missing/);
  });

  it('are verified when the writer was killed between two of them', async () => {
    const file = await logOf(40, { maxBytes: 4096 });
    const last = readdirSync(dirname(file)).filter((name) => /\.\d{6}$/u.test(name)).length + 1;
    renameSync(file, `${file}.${String(last).padStart(6, '0')}`);
    expect(verifyAuditLog([file])).toMatchObject({ problem: undefined, calls: 40, hasHead: true });
    rmSync(`${file}.${String(last).padStart(6, '0')}`);
    expect(problemOf(file)?.reason).toMatch(/cut off/u);
  });

  it('that are truncated stay wrong, even after the next writer', async () => {
    const file = await logOf(5);
    const [first = '', second = ''] = linesOf(file);
    truncateSync(file, Buffer.byteLength(`${first}\n${second}\n`));
    expect(problemOf(file)).toMatchObject({ line: 3, reason: 'at least 3 lines were cut off here' });
    const log = await openAuditLog({ file });
    await record(log, 2);
    await log.close();
    expect(problemOf(file)).toMatchObject({ line: 3 });
  });

  it('a torn last line is wrong until the next writer marks it', async () => {
    const file = await logOf(3);
    appendFileSync(file, '{"v":1,"seq":3,"time":"2026-');
    expect(problemOf(file)).toMatchObject({ line: 4 });
    const before = readFileSync(file);
    const log = await openAuditLog({ file });
    await record(log, 2);
    await log.close();
    expect(readFileSync(file).subarray(0, before.byteLength).equals(before)).toBe(true);
    expect(verifyAuditLog([file])).toMatchObject({ problem: undefined, torn: 1, calls: 5 });
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"time":"2026-\n', '"time":"2025-\n'));
    expect(problemOf(file)).toMatchObject({ line: 4 });
  });

  it('a line that was whole is not passed off as torn', async () => {
    const file = await logOf(3);
    const lines = linesOf(file);
    writeFileSync(file, `${lines.with(2, (lines[2] ?? '').replace('a-model', 'b-model')).join('\n')}\n`);
    const log = await openAuditLog({ file });
    await record(log, 1);
    await log.close();
    expect(problemOf(file)).toMatchObject({ line: 3 });
  });

  it('a process that is killed in the middle loses nothing that it wrote', async () => {
    const file = await logOf(10);
    const text = readFileSync(file, 'utf8');
    for (const cut of [1, 40, 200]) {
      const next = join(temporaryDirectory(), 'audit.jsonl');
      writeFileSync(next, text.slice(0, -cut));
      const log = await openAuditLog({ file: next });
      await record(log, 3);
      await log.close();
      expect(problemOf(next)).toBeUndefined();
    }
  });
});

describe('checkpoints', () => {
  it('are signed at intervals and at the end, and checked against another key', async () => {
    const directory = temporaryDirectory();
    const [privateKeyPath, publicKeyPath] = [join(directory, 'k.pem'), join(directory, 'k.pub')];
    expect(createAuditKey({ privateKeyPath, publicKeyPath })).toMatch(/^sha256\//);
    expect(statSync(privateKeyPath).mode & 0o777).toBe(0o600);
    expect(() => createAuditKey({ privateKeyPath, publicKeyPath })).toThrow(/was not changed/);
    const file = await logOf(25, { signingKeyPath: privateKeyPath, checkpointEvery: 10 });
    const report = verifyAuditLog([file], { publicKeyPath });
    expect(report).toMatchObject({ problem: undefined, calls: 25, signatures: 3, unsigned: 0 });
    expect(existsSync(`${file}.hmac-key`)).toBe(false);
    const other = join(directory, 'other.pub');
    writeFileSync(other, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
    expect(verifyAuditLog([file], { publicKeyPath: other }).problem).toMatchObject({
      line: 11,
      reason: 'its signature was not made with this key',
    });
  });

  it('that are kept elsewhere reveal a log that was rewritten from the start', async () => {
    const directory = temporaryDirectory();
    const [privateKeyPath, publicKeyPath] = [join(directory, 'k.pem'), join(directory, 'k.pub')];
    createAuditKey({ privateKeyPath, publicKeyPath });
    const options = { signingKeyPath: privateKeyPath, checkpointEvery: 5 };
    const checkpoints = auditCheckpoints([await logOf(12, options)]);
    expect(checkpoints).toHaveLength(3);
    const forged = await logOf(12, options);
    expect(verifyAuditLog([forged], { publicKeyPath }).problem).toBeUndefined();
    const { problem } = verifyAuditLog([forged], { publicKeyPath, checkpoints });
    expect(problem).toMatchObject({
      line: 6,
      reason: 'it is not the line that the head or a checkpoint recorded',
    });
  });
});

describe('a sink that fails', () => {
  it('refuses calls where it is required, and continues once it recovers', async () => {
    const directory = join(temporaryDirectory(), 'logs');
    mkdirSync(directory);
    const file = join(directory, 'audit.jsonl');
    const disk = mountSmall(directory);
    if (disk === undefined) return;
    const told: AuditError[] = [];
    const log = await openAuditLog({ file, required: true, onError: (error) => told.push(error) });
    try {
      await record(log, 1);
      const sent = Array.from({ length: 4 }, (_, i) => log.begin(call(`sent-${String(i)}`)));
      for (const recorder of sent) await recorder.admit(request(undefined));
      fill(directory);
      // Until the first refusal every call that may be sent has its line.
      let count = 1 + sent.length;
      for (const recorder of sent) await recorder.end(END);
      let refusal: unknown;
      for (; count < 200 && refusal === undefined; count += 1) {
        const recorder = log.begin(call('more'));
        refusal = await recorder.admit(request(undefined)).catch((error: unknown) => error);
        if (refusal === undefined) await recorder.end(END);
        else count -= 1;
      }
      expect(refusal).toMatchObject({ name: 'AuditError', code: 'AUDIT_FAILED' });
      expect(told).toEqual([]);
      rmSync(join(directory, 'filler'));
      await record(log, 1);
      await log.close();
      expect(verifyAuditLog([file])).toMatchObject({ problem: undefined, calls: count + 1 });
      expect(existsSync(`${file}.reserve`)).toBe(false);
    } finally {
      await log.close();
      disk();
    }
  });

  it('that is deleted meanwhile is started again, and the next line says what is missing', async () => {
    const file = join(temporaryDirectory(), 'audit.jsonl');
    const log = await openAuditLog({ file });
    await record(log, 2);
    rmSync(file);
    await record(log, 1);
    await log.close();
    expect(problemOf(file)?.line).toBe(1);
    expect(linesOf(file).map((line) => (JSON.parse(line) as { type: string }).type)).toContain('call');
  });

  it('a missing directory and a file that is not a log are reported at once', async () => {
    const file = join(temporaryDirectory(), 'nowhere', 'audit.jsonl');
    expect(await rejection(openAuditLog({ file }))).toMatchObject({ code: 'AUDIT_FAILED' });
    const other = join(temporaryDirectory(), 'notes.txt');
    writeFileSync(other, 'x'.repeat(1_000_000));
    expect(await rejection(openAuditLog({ file: other }))).toMatchObject({ code: 'AUDIT_FAILED' });
    expect(readFileSync(other, 'utf8')).toBe('x'.repeat(1_000_000));
    for (const text of ['a note of mine\n', '{"custom_id":"a"}\n', 'no end']) {
      writeFileSync(other, text);
      expect(await rejection(openAuditLog({ file: other }))).toMatchObject({
        message: expect.stringContaining('is not an audit log'),
      });
      expect(readFileSync(other, 'utf8')).toBe(text);
    }
    rmSync(other);
    writeFileSync(`${other}.hmac-key`, 'short');
    expect(await rejection(openAuditLog({ file: other }))).toMatchObject({
      message: expect.stringContaining('.hmac-key is damaged'),
    });
    const wrong = openAuditLog({ file: other, signingKeyPath: undefined } as never);
    expect(await rejection(wrong)).toMatchObject({ argument: 'signingKeyPath' });
  });
});

function mountSmall(directory: string): (() => void) | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'tmpfs', directory], {
      stdio: 'ignore',
    });
    return () => void execFileSync('umount', [directory]);
  } catch {
    // Root alone can mount.
    return undefined;
  }
}

function fill(directory: string): void {
  const path = join(directory, 'filler');
  for (let size = 65_536; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeFileSync(path, new Uint8Array(size), { flag: 'a' });
    } catch {
      // Smaller pieces may still fit.
    }
  }
}

describe('a table', () => {
  it('has a column for each fact, and no formula', async () => {
    const file = join(temporaryDirectory(), 'audit.jsonl');
    const log = await openAuditLog({ file });
    await log.begin({ ...call('id'), model: '=1+1,"x"' }).end(END);
    await log.close();
    const row = csvLine(linesOf(file)[0] ?? '') ?? '';
    expect(row).toContain(`"'=1+1,""x"""`);
    const cellOf = (model: string) =>
      csvLine(JSON.stringify({ seq: 0, model }))
        ?.split(',')
        .slice(6, -17)
        .join(',');
    expect([' +1', '\n=1', '\uFF1D1', 'a;=1', 'a\t@b', '\u0000-1', 'm-1'].map(cellOf)).toEqual([
      `' +1`,
      `"'\n=1"`,
      `'\uFF1D1`,
      `"a;=1"`,
      `"a\t@b"`,
      `'\u0000-1`,
      'm-1',
    ]);
    expect(row.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)).toHaveLength(CSV_HEADER.split(',').length);
    expect(['no line', '{}', '{"custom_id":"a"}'].map(csvLine)).toEqual([undefined, undefined, undefined]);
  });
});

/**
 * Prints the most MB in the old generation, beyond those at the start, while 20,000 calls come and 64 are there at a time.
 * In a process of its own, as a test runner fills the old generation, too.
 */
const MANY_CALLS = `
import { getHeapSpaceStatistics } from 'node:v8';
import { openAuditLog } from '${new URL('../dist/node/audit.js', import.meta.url).href}';

const log = await openAuditLog({ file: process.argv[1] });
const facts = JSON.stringify({ operation: 'chat', parameters: {}, server: {}, more: Array.from({ length: 400 }, () => ({})) });
const oldSpace = () => getHeapSpaceStatistics().find((space) => space.space_name === 'old_space').space_used_size / 1e6;
const request = { plaintextBytes: 1, macOfApiKey: async () => undefined };
const end = { outcome: 'ok', durationMs: 1, attempts: 1, keys: {}, ciphertexts: {} };
const begun = new Array(64);
const before = oldSpace();
let most = 0;
for (let count = 0; count < 20_000; count += 1) {
  await begun[count % 64]?.end(end);
  begun[count % 64] = log.begin(JSON.parse(facts));
  await begun[count % 64].admit(request);
  if (count % 100 === 0) most = Math.max(most, oldSpace() - before);
}
for (const call of begun) await call.end(end);
await log.close();
console.log(most);
`;

it('holds on to no call that has ended', () => {
  const args = ['--input-type=module', '-e', MANY_CALLS, join(temporaryDirectory(), 'audit.jsonl')];
  expect(Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))).toBeLessThan(5);
});
