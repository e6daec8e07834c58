/** The command line makes no sense; the message says where. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** What an error says; those of the runtime are errors too where a test has globals of its own. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : 'failed';
}
