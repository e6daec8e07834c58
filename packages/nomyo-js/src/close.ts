/** The options of `close()`, and their check. */
import { anInteger, anObject, MAX_TIMER_MS, optional, refuseUnknown } from '@nomyo/base';

/** Options of `close()`. */
export interface CloseOptions {
  /** Longest wait for calls under way, in ms; after that they end as with `dispose()`. Default: no limit. */
  readonly timeout?: number;
}

/** @throws {InvalidArgumentError} on an invalid option */
export function resolveCloseTimeout(options: CloseOptions): number | undefined {
  refuseUnknown(anObject('options', options), ['timeout']);
  return optional('timeout', options.timeout, anInteger(0, MAX_TIMER_MS), undefined);
}
