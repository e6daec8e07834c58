/** All rows, in the order of the report. */
import type { Row } from '../row.js';
import { adapter } from './adapter.js';
import { audit } from './audit.js';
import { batch } from './batch.js';
import { batchLines } from './batch-lines.js';
import { command } from './command.js';
import { cpu } from './cpu.js';
import { gateway } from './gateway.js';
import { large } from './large.js';
import { latency } from './latency.js';
import { loop } from './loop.js';
import { native } from './native.js';
import { requests } from './requests.js';
import { retire } from './retire.js';
import { rotation } from './rotation.js';
import { rss } from './rss.js';
import { serializer } from './serializer.js';
import { size } from './size.js';
import { start } from './start.js';
import { stray } from './stray.js';
import { throughput } from './throughput.js';
import { v2 } from './v2.js';
import { v2Stream } from './v2-stream.js';

export const ROWS: readonly Row[] = [
  cpu,
  throughput,
  adapter,
  batch,
  batchLines,
  audit,
  gateway,
  v2,
  v2Stream,
  latency,
  requests,
  loop,
  large,
  rotation,
  start,
  command,
  size,
  rss,
  native,
  retire,
  serializer,
  stray,
];
