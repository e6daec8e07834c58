/** Starts the process with the router, and ends it. */
import { ended, nextMessage, startProgram } from '../common/child.js';
import type { RouterLog, RouterMessage } from './messages.js';

/** A router under way. */
export interface RouterChild {
  readonly url: string;
  readonly ca: string;
  /** Stops it, after connections have had some seconds to close. */
  stop(): Promise<RouterLog>;
}

/** @param patience how long connections may take to close before its log tells of them, in ms */
export async function startRouterChild(seed: number, patience: number): Promise<RouterChild> {
  const child = startProgram('chaos/router-main.js', [String(seed), String(patience)]);
  const ready = await nextMessage<RouterMessage>(child);
  if (ready.kind !== 'ready') throw new Error('the router did not start');
  return {
    url: ready.url,
    ca: ready.ca,
    stop: async () => {
      const last = nextMessage<RouterMessage>(child);
      child.send('stop');
      const message = await last;
      await ended(child);
      if (message.kind !== 'log') throw new Error('the router kept its log');
      return message;
    },
  };
}
