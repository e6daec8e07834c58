import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import type { Reply } from '../../v1/reply.js';
import { numberOf, type Delivery, type Failure } from './failure.js';
import type { DELIVERY_MODES } from './modes.js';

const DRIP_BYTES = 64;
const DRIP_PAUSE_MS = 1000;

/** White space is what JSON may begin with, so that no parser can stop early. */
const ENDLESS_PIECE = Buffer.alloc(64 * 1024, ' ');

/** Good answers, badly delivered. */
export const deliveryFailures: Readonly<Record<keyof typeof DELIVERY_MODES, Failure>> = {
  'cut-before-headers': { deliver: cutBeforeHeaders },
  'cut-after-headers': {
    deliver: (delivery) => {
      writeHead(delivery);
      delivery.response.flushHeaders();
      delivery.response.socket?.end();
    },
  },
  'cut-mid-body': {
    deliver: async (delivery) => {
      await writeHalf(delivery);
      delivery.response.socket?.end();
    },
  },
  reset: { deliver: ({ connection }) => connection.reset() },
  'reset-mid-body': {
    deliver: async (delivery) => {
      await writeHalf(delivery);
      delivery.connection.reset();
    },
  },
  drip: { deliver: drip },
  endless: { deliver: endless },
  never: { deliver: never },
  'length-too-long': { damage: (reply) => withLength(reply, reply.body.byteLength + 1000) },
  'length-too-short': { damage: (reply) => withLength(reply, reply.body.byteLength >> 1) },
  gzip: { damage: gzip },
};

/** Ends the connection instead of answering. */
export function cutBeforeHeaders({ response }: Delivery): void {
  response.socket?.end();
}

/** Answers nothing; the client, or the end of the router, ends it. */
export function never(): void {
  // That is all.
}

/** Writes as fast as the client reads, and no faster. */
export async function endless({ response, reply }: Delivery): Promise<void> {
  response.writeHead(reply.status, { ...reply.headers });
  while (!response.destroyed) {
    if (!response.write(ENDLESS_PIECE)) await drained(response);
  }
}

async function drip({ response, reply, argument }: Delivery): Promise<void> {
  response.writeHead(reply.status, { ...reply.headers, 'content-length': reply.body.byteLength });
  for (let at = 0; at < reply.body.byteLength && !response.destroyed; at += DRIP_BYTES) {
    response.write(reply.body.subarray(at, at + DRIP_BYTES));
    await pause(numberOf(argument, DRIP_PAUSE_MS), undefined, { ref: false });
  }
  response.end();
}

function writeHead({ response, reply }: Delivery): void {
  response.writeHead(reply.status, { 'content-length': reply.body.byteLength, ...reply.headers });
}

function writeHalf(delivery: Delivery): Promise<void> {
  const { response, reply } = delivery;
  writeHead(delivery);
  const half = reply.body.subarray(0, reply.body.byteLength >> 1);
  return new Promise((resolve) => response.write(half, () => resolve()));
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

function withLength(reply: Reply, length: number): Reply {
  return { ...reply, headers: { ...reply.headers, 'content-length': String(length) } };
}

function gzip(reply: Reply): Reply {
  return { ...reply, headers: { ...reply.headers, 'content-encoding': 'gzip' }, body: gzipSync(reply.body) };
}
