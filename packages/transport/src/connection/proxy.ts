/** Which proxy, and for which hosts: the conventions of `HTTPS_PROXY` and `NO_PROXY`. Pure. */
import { InvalidArgumentError } from '@nomyo/base';
import { bareHost, isInRange, parseIp } from '../policy/address.js';

/** A proxy that speaks CONNECT (RFC 9110 §9.3.6). */
export interface Proxy {
  /** Whether the way to the proxy itself is TLS. */
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** `Proxy-Authorization` (RFC 7617), when the URL has credentials. A secret. */
  readonly authorization: string | undefined;
}

/**
 * What local development wants to reach directly, for `noProxy` where the proxy comes from the environment: nobody
 * means their own machine by `HTTPS_PROXY`.
 */
export const LOOPBACK_NO_PROXY = 'localhost,127.0.0.0/8,::1';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Reads the URL of a proxy: `http://host:3128`, `https://user:password@host`, or `host:3128` for `http:`. Errors never
 * quote it.
 *
 * @param name what errors call it
 * @throws {InvalidArgumentError} when it is anything else, such as a SOCKS proxy
 */
export function parseProxy(proxy: string, name = 'proxy'): Proxy {
  const url = parseUrl(proxy);
  const defaultPort = url === undefined ? undefined : DEFAULT_PORTS[url.protocol];
  if (url === undefined || defaultPort === undefined || url.pathname.length > 1 || /[?#]/.test(url.href)) {
    throw new InvalidArgumentError(name, 'must be an http: or https: URL of a host and a port');
  }
  return {
    secure: url.protocol === 'https:',
    host: bareHost(url.hostname),
    port: url.port === '' ? defaultPort : Number(url.port),
    authorization: basicCredentials(url),
  };
}

/**
 * Whether a host is reached without the proxy, as curl reads `NO_PROXY`. It is a list, by commas or spaces, of host
 * names, which stand for their subdomains too, addresses in any spelling, and ranges (`10.0.0.0/8`, `fd00::/8`); `*`
 * stands for all. A leading dot or `*.` and a trailing dot change nothing. Beyond curl, `:port` may follow.
 *
 * @param host without brackets
 */
export function bypassesProxy(noProxy: string, host: string, port: number): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || matches(entry, name, port));
}

function matches(entry: string, host: string, port: number): boolean {
  const { pattern, entryPort } = splitPort(entry);
  if (entryPort !== undefined && entryPort !== port) return false;
  const ip = parseIp(host);
  if (ip !== undefined) return isInRange(pattern, ip);
  const domain = pattern.replace(/^\*?\./, '').replace(/\.$/, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

/** A bare IPv6 address has colons, but no port. */
function splitPort(entry: string): { readonly pattern: string; readonly entryPort: number | undefined } {
  const [, pattern = '', port] = /^(\[[^\]]*\](?:\/\d+)?|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  if (pattern === '') return { pattern: entry, entryPort: undefined };
  return { pattern, entryPort: port === undefined ? undefined : Number(port) };
}

function parseUrl(proxy: string): URL | undefined {
  if (typeof proxy !== 'string') return undefined;
  try {
    return new URL(proxy.includes('://') ? proxy : `http://${proxy}`);
  } catch {
    // The parser's own error quotes what it read, credentials included.
    return undefined;
  }
}

function basicCredentials({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const credentials = new TextEncoder().encode(`${decode(username)}:${decode(password)}`);
  return `Basic ${btoa(String.fromCharCode(...credentials))}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new InvalidArgumentError('proxy', 'has credentials that are not percent-encoded UTF-8');
  }
}
