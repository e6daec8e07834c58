/**
 * How a URL names an address of this machine (RFC 6890): the parser has brought it to its one spelling (WHATWG URL
 * §4.3), that of IPv4 in IPv6 too.
 */
const ADDRESS = /^(?:127(?:\.\d+){3}|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])$/;

/**
 * Whether a host is this machine, by its address or as `localhost` (RFC 6761 §6.3). Pure.
 *
 * @param hostname as `URL` gives it
 */
export function isLoopbackName(hostname: string): boolean {
  return ADDRESS.test(hostname) || /(?:^|\.)localhost\.?$/.test(hostname);
}
