/** Every status that a check of `nomyo doctor` can have, from facts that no single machine shows. */
import { describe, expect, it } from '@jest/globals';
import { rootCertificates } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import type { Check } from '../src/commands/doctor/check.js';
import {
  certificateFinding,
  clockFinding,
  endpointFinding,
  pinFinding,
  unreachedFinding,
} from '../src/commands/doctor/findings.js';
import { checksOfMachine, type MachineFacts } from '../src/commands/doctor/machine.js';
import { checksOfMemory, type MemoryFacts } from '../src/commands/doctor/memory.js';
import type { ProbeFacts } from '../src/router/probe.js';

/** Bad findings come with advice, good ones without. */
function expectFinding(
  { status, fix = '' }: Pick<Check, 'status'> & { readonly fix?: string },
  expected: string,
) {
  expect(status).toBe(expected);
  expect(fix !== '').toBe(expected === 'warn' || expected === 'fail');
}

const MACHINE: MachineFacts = {
  node: '24.1.0',
  openssl: '3.5.0',
  now: Date.parse('2026-06-01'),
  flags: [],
  isInspected: false,
};

it.each<[id: string, status: string, why: string, facts: Partial<MachineFacts>]>([
  ['node', 'ok', 'a line that is maintained', {}],
  ['node', 'ok', 'a line that is not known yet', { node: '40.0.0' }],
  ['node', 'warn', 'a line past its end', { node: '20.19.0' }],
  ['node', 'ok', 'the same line on its last day', { node: '20.19.0', now: Date.parse('2026-04-30') }],
  ['node', 'fail', 'an older minor than the packages need', { node: '20.18.3' }],
  ['node', 'fail', 'an older line', { node: '18.20.0' }],
  ['openssl', 'ok', '3.0.7, the first without the fault', { openssl: '3.0.7' }],
  ['openssl', 'ok', '3.0.16, which begins like a bad one', { openssl: '3.0.16+quic' }],
  ['openssl', 'fail', '3.0.6', { openssl: '3.0.6' }],
  ['openssl', 'fail', '3.0.5 with a suffix', { openssl: '3.0.5+quic' }],
  ['inspect', 'ok', 'flags that reveal nothing', { flags: ['--enable-source-maps'] }],
  ['inspect', 'warn', 'a snapshot at a signal', { flags: ['--heapsnapshot-signal=SIGUSR2'] }],
  ['inspect', 'warn', 'a report at a crash', { flags: ['--report-on-fatalerror'] }],
  ['inspect', 'warn', 'a debugger to come', { flags: ['--inspect-brk=0'] }],
  ['inspect', 'fail', 'a debugger', { isInspected: true }],
])('%s is %s with %s', (id, status, _why, facts) => {
  const found = checksOfMachine({ ...MACHINE, ...facts }).filter((check) => check.id === id);
  expect(found).toHaveLength(1);
  for (const check of found) expectFinding(check, status);
});

const MEMORY: MemoryFacts = {
  protection: { method: 'mlock', details: 'locked' },
  limits: undefined,
  swaps: undefined,
  disk: undefined,
};
const limit = (name: string, soft: string) =>
  `Limit                     Soft Limit           Hard Limit           Units     \n${name.padEnd(26)}${soft.padEnd(21)}unlimited            bytes     \n`;
const locked = (soft: string) => ({ limits: limit('Max locked memory', soft) });
const core = (soft: string) => ({ limits: limit('Max core file size', soft) });
const swaps = (...devices: string[]) => ({
  swaps: ['Filename\tType\tSize\tUsed\tPriority', ...devices.map((d) => `${d} partition 1 0 -2`), ''].join(
    '\n',
  ),
});

it.each<[id: string, status: string, why: string, facts: Partial<MemoryFacts>]>([
  ['addon', 'ok', 'locked memory', {}],
  ['addon', 'warn', 'no addon', { protection: { method: 'zero-only', details: 'not locked' } }],
  ['memlock', 'skip', 'no such file', {}],
  ['memlock', 'skip', 'a file without the line', core('0')],
  ['memlock', 'ok', '64 MiB', locked('67108864')],
  ['memlock', 'ok', 'no limit', locked('unlimited')],
  ['memlock', 'warn', 'a byte less', locked('67108863')],
  ['core', 'skip', 'no such file', {}],
  ['core', 'ok', 'none', core('0')],
  ['core', 'warn', 'no limit', core('unlimited')],
  ['swap', 'skip', 'no such file', {}],
  ['swap', 'ok', 'an empty list', swaps()],
  ['swap', 'ok', 'compressed memory', swaps('/dev/zram0')],
  ['swap', 'warn', 'a disk beside it', swaps('/dev/zram0', '/dev/sda2')],
  ['hibernation', 'ok', 'no such file', {}],
  ['hibernation', 'ok', 'a kernel that has turned it off', { disk: '[disabled]\n' }],
  ['hibernation', 'warn', 'a kernel that could', { disk: '[platform] shutdown reboot\n' }],
])('%s is %s with %s', (id, status, _why, facts) => {
  const found = checksOfMemory({ ...MEMORY, ...facts }).filter((check) => check.id === id);
  expect(found).toHaveLength(1);
  for (const check of found) expectFinding(check, status);
});

const HOST = new URL('https://router.example/');
const LOCAL = new URL('http://127.0.0.1:8080/');

/** A chain that ends at a certificate with this fingerprint. */
const chain = (sha256: string): ProbeFacts['chain'] => [
  { subject: 'CN=router', issuer: 'CN=root', validTo: '2030', sha256 },
];
const answer = (more: Partial<ProbeFacts>): ProbeFacts => ({
  status: 200,
  chain: [],
  protocol: 'TLSv1.3',
  skewMs: 0,
  body: '',
  ...more,
});

describe('endpoint', () => {
  it.each([
    [200, 'ok'],
    [404, 'fail'],
    [302, 'fail'],
    [500, 'fail'],
  ])('that answers %d is %s', (status, expected) => {
    expectFinding(endpointFinding(HOST, answer({ status })), expected);
  });

  it.each(['ECONNREFUSED', 'CERT_HAS_EXPIRED', 'SOMETHING_NEW'])('that fails by %s is fail', (code) => {
    expectFinding(unreachedFinding(HOST, code), 'fail');
  });
});

describe('certificate', () => {
  const known = new X509Certificate(rootCertificates[0] ?? '').fingerprint256;

  it.each<[status: string, why: string, url: URL, known: string | undefined, tlsCa: string | undefined]>([
    ['ok', 'an authority of Node', HOST, known, undefined],
    ['ok', 'an authority that was named', HOST, 'AA:BB', 'ca.pem'],
    ['warn', 'an authority that nobody named', HOST, 'AA:BB', undefined],
    ['skip', 'no TLS to this machine', LOCAL, undefined, undefined],
    ['fail', 'no TLS to another machine', new URL('http://router.example/'), undefined, undefined],
  ])('is %s with %s', (status, _why, url, sha256, tlsCa) => {
    const facts = answer(sha256 === undefined ? {} : { chain: chain(sha256) });
    expectFinding(certificateFinding(url, facts, tlsCa), status);
  });
});

describe('clock', () => {
  it.each([
    [undefined, 'skip'],
    [0, 'ok'],
    [29_999, 'ok'],
    [-29_999, 'ok'],
    [30_000, 'warn'],
    [-299_999, 'warn'],
    [300_000, 'fail'],
    [-300_000, 'fail'],
  ])('that is off by %p ms is %s', (skewMs, status) => {
    expectFinding(clockFinding(answer({ skewMs })), status);
  });
});

it.each([
  [true, 'ok'],
  [false, 'fail'],
])('a pin that matches (%p) is %s', (isPinned, status) => {
  expectFinding(pinFinding('sha256/…', isPinned), status);
});
