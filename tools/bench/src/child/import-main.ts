/** Imports what its argument names, and tells how long that took, in ms. */
import { performance } from 'node:perf_hooks';

const started = performance.now();
void import(process.argv[2] ?? '').then(() => process.send?.({ id: 0, output: performance.now() - started }));
