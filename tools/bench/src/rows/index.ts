/** All rows, in the order of the report. */
import type { Row } from '../row.js';
import { batch, batchLines } from './batch.js';
import { adapter, audit, cpu, gateway, latency, requests, rotation, throughput } from './calls.js';
import { loop } from './loop.js';
import { large, rss } from './memory.js';
import { native, retire, serializer } from './operations.js';
import { size } from './size.js';
import { command, start } from './start.js';
import { stray } from './stray.js';
import { v2 } from './v2.js';
import { v2Stream } from './v2-stream.js';

export const ROWS: readonly Row[] = [
  ...[cpu, throughput, adapter, batch, batchLines, audit, gateway, v2, v2Stream, latency, requests, loop],
  ...[large, rotation, start, command, size, rss, native, retire, serializer, stray],
];
