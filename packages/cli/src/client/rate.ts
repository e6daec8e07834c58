/** How fast a command may call. Pure. */
import type { RateLimit, SecureChatCompletionConfig } from 'nomyo-js';
import type { Settings } from '../settings/table.js';

/** The limit that the service publishes for an API key. */
const SERVICE_LIMIT: RateLimit = { requestsPerSecond: 2, burst: 4 };

/** @param rate requests a second; 0: no limit; `undefined`: the service's own, where the service is called */
export function limitOf(settings: Settings, rate: number | undefined): RateLimit | undefined {
  if (rate === 0) return undefined;
  if (rate !== undefined) return { requestsPerSecond: rate, burst: Math.max(1, Math.ceil(rate)) };
  return settings.baseUrl === undefined ? SERVICE_LIMIT : undefined;
}

/** The same as an option of a client. */
export function rateLimitOf(
  settings: Settings,
  rate: number | undefined,
): Pick<SecureChatCompletionConfig, 'rateLimit'> {
  const rateLimit = limitOf(settings, rate);
  return rateLimit === undefined ? {} : { rateLimit };
}
