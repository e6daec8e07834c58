/**
 * A loopback address (RFC 6890) in a URL, whose parser has normalized its spelling (WHATWG URL §4.3), including IPv4 in
 * IPv6.
 */
const ADDRESS = /^(?:127(?:\.\d+){3}|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])$/;

/**
 * Reports whether a host is this machine, by its address or as `localhost` (RFC 6761 §6.3). Pure.
 *
 * @param hostname as in `URL.hostname`
 */
export function isLoopbackName(hostname: string): boolean {
  return ADDRESS.test(hostname) || /(?:^|\.)localhost\.?$/.test(hostname);
}
