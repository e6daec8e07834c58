import type { MemoryBackend } from './backend.js';
import { zeroOnly } from './ordinary.js';

export const backend: MemoryBackend = zeroOnly('No addon for locked memory is in use.');
