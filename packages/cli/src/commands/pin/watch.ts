/** `nomyo pin --watch`: tells of a change, until Ctrl-C. */
import { sleep } from '@nomyo/base';
import type { Context } from '../../context.js';
import { errorLine } from '../../exit/report.js';
import { readPin, type PinFacts } from './read-pin.js';

/** Never returns: it ends with the signal's reason. */
export async function watch(context: Context, first: PinFacts, intervalMs: number): Promise<never> {
  const { output, signal } = context;
  let last = first;
  for (;;) {
    await sleep(intervalMs, signal);
    const current = await attempt(context);
    if (current === undefined || current.pin === last.pin) continue;
    const time = new Date().toISOString();
    if (output.json) output.data({ time, previous: last.pin, ...current });
    else output.line(`${time}  changed from ${last.pin} to ${current.pin}`);
    last = current;
  }
}

/** A router that is away for a moment has not changed. */
async function attempt(context: Context): Promise<PinFacts | undefined> {
  try {
    return await readPin(context);
  } catch (error) {
    context.signal.throwIfAborted();
    context.output.note(errorLine(error));
    return undefined;
  }
}
