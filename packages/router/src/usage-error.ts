/** The command line, or a file it names, is invalid; the message says where and what to do. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** The message of an error, also of one from another realm. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : 'failed';
}
