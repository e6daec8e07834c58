/** The report on a finished batch. */
import type { End } from '../../batch/journal/record.js';
import type { Context } from '../../context.js';
import { CommandFailed } from '../../exit/codes.js';

/** @throws {CommandFailed} when lines have failed */
export function tellEnd({ output }: Context, end: End, { isOld }: { readonly isOld: boolean }): void {
  const { answered, failed, input, output: outputTokens, outputPath, errorsPath } = end;
  const total = answered + failed;
  if (output.json) {
    const errors = errorsPath === null ? {} : { errors: errorsPath };
    const usage = { input_tokens: input, output_tokens: outputTokens };
    output.data({ total, answered, failed, ...usage, output: outputPath, ...errors });
  }
  const was = isOld ? 'was finished before, and nothing was sent' : 'is finished';
  const tokens = `${String(input)} tokens in, ${String(outputTokens)} out`;
  output.note(
    `nomyo: ${outputPath} ${was}: ${String(answered)} of ${String(total)} lines answered, ${tokens}`,
  );
  if (failed === 0) return;
  const where = errorsPath ?? outputPath;
  throw new CommandFailed(
    `${String(failed)} of ${String(total)} lines failed: see ${where}; nomyo batch --retry ${where} tries them again`,
  );
}
