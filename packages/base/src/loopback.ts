/**
 * `localhost` or a loopback address (RFC 6890), including IPv4 in IPv6: either in the spelling that URL parsers
 * normalize to (WHATWG URL §4.3), or without brackets.
 */
const LOOPBACK =
  /^(?:localhost|127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}|\[?::(?:1|ffff:7f[\da-f]{2}:[\da-f]{1,4})\]?)$/i;

/**
 * Reports whether a host is this machine. An address in an unusual spelling counts as another machine.
 *
 * @example
 * isLoopback(new URL('http://127.0.0.1:11434').hostname); // true
 */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
