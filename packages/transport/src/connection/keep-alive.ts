/** How long a connection may lie idle before it is used again. Pure. */

const IDLE = {
  /** Without a word from the server. Common servers close after 5 s; a request that meets that may be lost. */
  defaultMs: 4000,
  /** Whatever the server promises: firewalls on the way forget idle connections. */
  maxMs: 60_000,
  /** Given up this long before the server does. */
  marginMs: 1000,
} as const;

/**
 * In ms; 0: not at all.
 *
 * @param keepAlive value of the `Keep-Alive` header, such as `timeout=5, max=100`
 */
export function keepAliveTimeout(keepAlive: string | undefined): number {
  const seconds = /(?:^|[\s,])timeout=(\d{1,9})/i.exec(keepAlive ?? '')?.[1];
  if (seconds === undefined) return IDLE.defaultMs;
  return Math.min(Math.max(Number(seconds) * 1000 - IDLE.marginMs, 0), IDLE.maxMs);
}
