import { isLoopback } from '@nomyo/base';

/**
 * Reports whether a host is this machine, by its address or as `localhost` (RFC 6761 §6.3), subdomains included. Pure.
 *
 * @param hostname as in `URL.hostname`
 */
export function isLoopbackName(hostname: string): boolean {
  return isLoopback(hostname) || /(?:^|\.)localhost\.?$/.test(hostname);
}
