/** A router without faults, in a process of its own, started by run.ts; it ends with its parent's channel. */
import { startRouter } from '@nomyo/router/testing';

/** The one message of the process to its parent. */
export interface SoakRouter {
  readonly url: string;
  readonly ca: string;
}

const router = await startRouter({ tls: true, keySize: 2048, keepRequests: 8 });
process.send?.({ url: router.url, ca: router.ca ?? '' } satisfies SoakRouter);
process.once('disconnect', () => void router.close());
