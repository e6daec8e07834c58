/** The command line makes no sense; the message says where. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** The message of an error, including the runtime's own errors when a test has separate globals. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : 'failed';
}
