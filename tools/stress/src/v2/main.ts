/** `pnpm stress:v2`: mutated key configurations, requests, answers and frames of protocol 2, in random pieces. */
import { runFuzz } from '../fuzz/program.js';

await runFuzz({ name: 'v2', targets: 'v2', cases: { default: 200_000, short: 1500 } });
