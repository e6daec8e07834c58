import { disableNeedsReason } from './disable-needs-reason.mjs';
import { noHeapSecrets } from './no-heap-secrets.mjs';

/** Rules of this project that no published plugin has. */
export const nomyo = {
  meta: { name: 'nomyo' },
  rules: { 'disable-needs-reason': disableNeedsReason, 'no-heap-secrets': noHeapSecrets },
};
