/** The orderly end of a client. */
import { anInteger, anObject, MAX_TIMER_MS, optional, refuseUnknown } from '@nomyo/base';

/** Options of `close()`. */
export interface CloseOptions {
  /** How long calls under way may take, in ms; then they end as with `dispose()`. Default: as long as they need. */
  readonly timeout?: number;
}

/** @throws {InvalidArgumentError} on a wrong option */
export function resolveCloseTimeout(options: CloseOptions): number | undefined {
  refuseUnknown(anObject('options', options), ['timeout']);
  return optional('timeout', options.timeout, anInteger(0, MAX_TIMER_MS), undefined);
}
