/** A canned router in a process of its own. Its argument is the router's options as JSON. */
import { startCannedRouter } from '../router/canned-router.js';
import { serve } from './channel.js';
import { readMember, readText } from './read.js';

const options: unknown = JSON.parse(process.argv[2] ?? '{}');
const text = (name: string): string => readText(readMember(options, name));
const tls = { cert: text('cert'), key: text('key') };

void startCannedRouter({ publicKeyPem: text('publicKeyPem'), tls }).then((router) =>
  serve({ origin: () => router.origin, counts: () => router.counts() }),
);
