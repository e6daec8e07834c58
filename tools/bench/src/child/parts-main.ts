/** Measures the parts of a call. Its argument is the directory of the key pair. */
import { serve } from './channel.js';
import { measureParts } from './parts.js';

serve({ parts: () => measureParts(process.argv[2] ?? '') });
