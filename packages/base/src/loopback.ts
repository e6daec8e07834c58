/**
 * A loopback address (RFC 6890) or `localhost`: as in a URL, whose parser has normalized its spelling (WHATWG URL §4.3),
 * including IPv4 in IPv6; or as typed, without brackets.
 */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::(?:1|ffff:7f[\da-f]{2}:[\da-f]{1,4})\]?)$/i;

/** Reports whether a host is this machine alone. Unusual spellings of an address count as another machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
