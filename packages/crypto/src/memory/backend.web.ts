import type { MemoryBackend } from './backend.js';
import { zeroOnly } from './ordinary.js';

export const backend: MemoryBackend = zeroOnly('This runtime cannot lock memory.');
