/** `--audit FILE`: a line about every call, for the time of one command. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AuditLog } from 'nomyo-js/audit';
import type { Context } from '../context.js';
import { errorLine } from '../exit/report.js';
import { Repeated } from '../io/repeated.js';
import { withoutHandlersUntil } from '../signals.js';

const PRIVATE_DIRECTORY = 0o700;

/**
 * Runs `use` with the log that the settings name, and closes it after the client that wrote to it.
 *
 * @throws {AuditError} when it cannot be written: nothing was sent
 */
export async function withAudit(
  context: Pick<Context, 'settings' | 'output'>,
  use: (audit: { readonly audit?: AuditLog }) => Promise<void>,
): Promise<void> {
  const { audit: file, auditRequired: required = false, auditKey } = context.settings;
  if (file === undefined) {
    await use({});
    return;
  }
  await mkdir(dirname(file), { recursive: true, mode: PRIVATE_DIRECTORY }).catch(() => undefined);
  const { openAuditLog } = await import('nomyo-js/audit');
  const trouble = new Repeated((line) => context.output.warn(line));
  const options = {
    file,
    required,
    ...(auditKey === undefined ? {} : { signingKeyPath: auditKey }),
    onError: (error: unknown): void => trouble.tell(errorLine(error)),
  };
  const audit = await withoutHandlersUntil('SIGINT', () => openAuditLog(options));
  try {
    await use({ audit });
  } finally {
    await audit.close();
    trouble.end();
  }
}
