/** Starts the process with the router, and ends it. */
import { end, nextMessage, startProgram } from '../common/child.js';
import type { RouterLog, RouterMessage } from './messages.js';

/** A router under way. */
export interface RouterChild {
  readonly url: string;
  readonly ca: string;
  /** Ends it. */
  stop(): Promise<RouterLog>;
}

export async function startRouterChild(seed: number): Promise<RouterChild> {
  const child = startProgram('chaos/router-main.js', [String(seed)]);
  const ready = await nextMessage<RouterMessage>(child);
  if (ready.kind !== 'ready') throw new Error('the router did not start');
  return {
    url: ready.url,
    ca: ready.ca,
    stop: async () => {
      const last = nextMessage<RouterMessage>(child);
      child.send('stop');
      const message = await last;
      await end(child);
      if (message.kind !== 'log') throw new Error('the router kept its log');
      return message.log;
    },
  };
}
