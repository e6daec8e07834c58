/** `nomyo doctor`: everything that commonly stands in the way, on one screen. */
import type { Context } from '../../context.js';
import { CommandFailed } from '../../exit/codes.js';
import { visible } from '../../io/visible.js';
import type { Look } from '../../io/output.js';
import type { Check, Status } from './check.js';
import { keyChecks } from './keys.js';
import { machineChecks } from './machine.js';
import { memoryChecks } from './memory.js';
import { networkChecks } from './network.js';

const LOOKS: Readonly<Record<Status, Look>> = { ok: 'green', warn: 'yellow', fail: 'red', skip: 'dim' };

/** Of the longest status, and of the longest title. */
const STATUS_WIDTH = 5;
const TITLE_WIDTH = 20;

/** Exits 1 when a check fails. */
export async function run(context: Context): Promise<void> {
  const checks = [
    ...machineChecks(context),
    ...(await networkChecks(context)),
    ...(await keyChecks(context)),
    ...(await memoryChecks()),
  ];
  if (context.output.json) context.output.data({ checks });
  else for (const line of screen(checks, context)) context.output.line(line);
  const failed = checks.filter(({ status }) => status === 'fail').length;
  if (failed > 0) throw new CommandFailed(`${String(failed)} of ${String(checks.length)} checks failed`);
}

function screen(checks: readonly Check[], { output }: Context): readonly string[] {
  return checks.flatMap(({ status, title, detail, fix }) => {
    const head = `${output.style(LOOKS[status], status.padEnd(STATUS_WIDTH))} ${title.padEnd(TITLE_WIDTH)} ${visible(detail)}`;
    const advice = `${' '.repeat(STATUS_WIDTH + TITLE_WIDTH + 2)}→ ${visible(fix)}`;
    return fix === '' ? [head] : [head, advice];
  });
}
