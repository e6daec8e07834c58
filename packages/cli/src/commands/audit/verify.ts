/** `nomyo audit verify FILE…`: names the first line that is not as it was written. */
import { verifyAuditLog, type AuditReport, type VerifyAuditOptions } from 'nomyo-js/audit';
import { readText } from '../../io/file.js';
import type { Context } from '../../context.js';
import { byFlag } from '../../exit/by-flag.js';
import { CommandFailed } from '../../exit/codes.js';
import { withoutHandlers } from '../../signals.js';
import { reading } from './reading.js';

/** Exits 1, and names the line, where the log is not whole. */
export async function run(context: Context): Promise<void> {
  const { words, flags, output } = context;
  const { key, checkpoints } = flags;
  if (typeof key === 'string') await readText(key, '--key');
  const kept = typeof checkpoints === 'string' ? await readText(checkpoints, '--checkpoints') : undefined;
  const report = reading(words, () =>
    verified(words, {
      ...(typeof key === 'string' ? { publicKeyPath: key } : {}),
      ...(kept === undefined ? {} : { checkpoints: kept.split('\n').filter((line) => line.trim() !== '') }),
    }),
  );
  if (output.json) output.data(report);
  else tell(context, report, typeof key === 'string');
  const { problem } = report;
  if (problem === undefined) return;
  throw new CommandFailed(`${problem.file}: line ${String(problem.line)}: ${problem.reason}`);
}

/** The caller's name for each option. */
const FLAGS: ReadonlyMap<string, string> = new Map([
  ['publicKeyPath', '--key'],
  ['checkpoints', '--checkpoints'],
]);

/** @throws {UsageError} naming the flag that is wrong */
function verified(files: readonly string[], options: VerifyAuditOptions): AuditReport {
  try {
    return withoutHandlers('SIGINT', () => verifyAuditLog(files, options));
  } catch (error) {
    throw byFlag(error, FLAGS);
  }
}

/** Prints the findings of a verification, and their limits. */
function tell({ output }: Context, report: AuditReport, hasKey: boolean): void {
  if (report.problem !== undefined) return;
  const { lines, calls, torn, signatures, unsigned, hasHead, files } = report;
  output.line(
    `${String(lines)} lines in ${String(files.length)} files, ${String(calls)} calls: as they were written`,
  );
  if (torn > 0) output.note(`${String(torn)} lines were torn by a crash, and marked by the next writer`);
  if (!hasHead) output.note('the head is missing, so lines cut off at the end would go unnoticed');
  if (hasKey) {
    output.note(
      `${String(signatures)} signatures are right; ${String(unsigned)} lines after the last of them`,
    );
  } else output.note('no signature was checked: name the public key with --key');
}
