// The vectors of protocol 2 on the Node of today, whose ML-KEM is native: whole and byte by byte, as on the Node at hand.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { install } from '../install.mjs';

const program = join(import.meta.dirname, '../../../packages/protocol-v2/build/internals/conformance.js');

it('every vector of protocol 2 holds on Node 24', () => {
  const { node } = install('current');
  expect(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout).toMatch(/^v24\./);
  const { status, stdout, stderr } = spawnSync(node, [program], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^configurations 38\nrequests 12\nbad_requests 72\n/m);
});
