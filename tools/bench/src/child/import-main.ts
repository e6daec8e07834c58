/** Imports what its argument names, and tells how long that took, in ms. */
import { performance } from 'node:perf_hooks';
import { serve } from './channel.js';

const started = performance.now();
void import(process.argv[2] ?? '').then(() => {
  const took = performance.now() - started;
  serve({ took: () => took });
});
