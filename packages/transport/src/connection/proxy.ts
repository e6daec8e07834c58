/** Which proxy, and for which hosts: the conventions of `HTTPS_PROXY` and `NO_PROXY`. Pure. */
import { InvalidArgumentError } from '@nomyo/base';

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
 * @throws {InvalidArgumentError} when it is anything else, such as a SOCKS proxy
 */
export function parseProxy(proxy: string): Proxy {
  const url = parseUrl(proxy);
  const defaultPort = url === undefined ? undefined : DEFAULT_PORTS[url.protocol];
  if (url === undefined || defaultPort === undefined || url.pathname.length > 1 || /[?#]/.test(url.href)) {
    throw new InvalidArgumentError('proxy', 'must be an http: or https: URL of a host and a port');
  }
  return {
    secure: url.protocol === 'https:',
    host: bareHost(url.hostname),
    port: url.port === '' ? defaultPort : Number(url.port),
    authorization: basicCredentials(url),
  };
}

/** Without the brackets of an IPv6 address. */
export function bareHost(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/**
 * Whether a host is reached without the proxy. `noProxy` is a list, by commas or spaces, of host names (which stand
 * for their subdomains too; a leading `.` or `*.` changes nothing), addresses, IPv4 ranges (`10.0.0.0/8`), each with
 * `:port` or without, or `*` for all.
 *
 * @param host without brackets
 */
export function bypassesProxy(noProxy: string, host: string, port: number): boolean {
  const name = host.toLowerCase();
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || matches(entry, name, port));
}

function matches(entry: string, host: string, port: number): boolean {
  const [, pattern = entry, entryPort] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(splitable(entry)) ?? [];
  if (entryPort !== undefined && Number(entryPort) !== port) return false;
  if (pattern.includes('/')) return isInRange(pattern, host);
  const domain = pattern.replace(/^\*?\./, '');
  return host === domain || (host.endsWith(`.${domain}`) && !isIpv4(host));
}

/** A bare IPv6 address has colons, but no port. */
function splitable(entry: string): string {
  return !entry.startsWith('[') && entry.split(':').length > 2 ? `[${entry}]` : entry;
}

function isInRange(range: string, host: string): boolean {
  const [base = '', bits = ''] = range.split('/');
  if (!isIpv4(base) || !isIpv4(host) || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(ipv4Number(base) / size) === Math.floor(ipv4Number(host) / size);
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}

function ipv4Number(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
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
