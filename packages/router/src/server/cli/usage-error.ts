/** The command line or a file that it names makes no sense; the message says where, and what to do. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** What an error says; errors of another realm have messages too. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : 'failed';
}
