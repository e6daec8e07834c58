/** Starts the process with the router, and ends it. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoggedRequest, RouterMessage } from './messages.js';

const PROGRAM = fileURLToPath(new URL('./router-process.js', import.meta.url));

/** A router under way. */
export interface RouterChild {
  readonly url: string;
  readonly ca: string;
  /** Stops it. */
  stop(): Promise<readonly LoggedRequest[]>;
}

export async function startRouterChild(seed: number): Promise<RouterChild> {
  const child = fork(PROGRAM, [String(seed)]);
  const ready = await nextMessage(child);
  if (ready.kind !== 'ready') throw new Error('the router did not start');
  return {
    url: ready.url,
    ca: ready.ca,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const last = nextMessage(child);
      child.send('stop');
      const message = await last;
      await ended;
      return message.kind === 'log' ? message.log : [];
    },
  };
}

function nextMessage(child: ChildProcess): Promise<RouterMessage> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null): void => reject(new Error(`the router ended (${String(code)})`));
    child.once('close', failed);
    child.once('message', (message) => {
      child.off('close', failed);
      // Nothing but router-process.ts writes to this channel.
      resolve(message as RouterMessage);
    });
  });
}
