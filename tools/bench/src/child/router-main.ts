/** A canned router in a process of its own. Its argument is the router's options as JSON. */
import { startCannedRouter } from '../router/canned-router.js';
import { parseRouterOptions } from './arguments.js';
import { serve } from './channel.js';

void startCannedRouter(parseRouterOptions(process.argv[2])).then((router) =>
  serve({ origin: () => router.origin, counts: () => router.counts() }),
);
