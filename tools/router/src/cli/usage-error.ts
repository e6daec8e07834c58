/** The command line makes no sense; the message says where. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}
