/** The choice of a proxy, by the conventions of `HTTPS_PROXY` and `NO_PROXY`. Pure. */
import { InvalidArgumentError } from '@nomyo/base';
import { bareHost, isInRange, parseIp } from '../policy/address.js';

/** A proxy that speaks CONNECT (RFC 9110 §9.3.6). */
export interface Proxy {
  /** Whether the connection to the proxy itself uses TLS. */
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** Value of `Proxy-Authorization` (RFC 7617), if the URL has credentials. A secret. */
  readonly authorization: string | undefined;
}

/** Environment variables by name, like `process.env`. */
type Variables = Readonly<Record<string, string | undefined>>;

/** Local hosts, for `noProxy` when the proxy comes from the environment: nobody sets it to reach their own machine. */
const LOOPBACK_NO_PROXY = 'localhost,127.0.0.0/8,::1';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Parses the URL of a proxy: `http://host:3128`, `https://user:password@host`, or `host:3128` for `http:`. Errors never
 * quote it.
 *
 * @param name name of the option in errors
 * @throws {InvalidArgumentError} when it is anything else, such as a SOCKS proxy
 * @example
 * const { host, port } = parseProxy('http://proxy.example:3128');
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
    authorization: basicCredentials(url, name),
  };
}

/** Returns a proxy variable. The lower-case spelling takes precedence, as in curl; an empty value counts as unset. */
export function proxyVariable(variables: Variables, name: 'HTTPS_PROXY' | 'NO_PROXY'): string | undefined {
  return [variables[name.toLowerCase()], variables[name]].find(
    (value) => value !== undefined && value !== '',
  );
}

/**
 * Returns the proxy set in the environment, and the hosts reached without it: those in `NO_PROXY`, and this machine.
 *
 * @returns `undefined` if none is set
 * @throws {InvalidArgumentError} that names `HTTPS_PROXY` without quoting it, when it is not the URL of a proxy
 * @example
 * const { proxy, noProxy } = environmentProxy(process.env) ?? {};
 */
export function environmentProxy(
  variables: Variables,
): { readonly proxy: Proxy; readonly noProxy: string } | undefined {
  const proxy = proxyVariable(variables, 'HTTPS_PROXY');
  if (proxy === undefined) return undefined;
  const noProxy = `${LOOPBACK_NO_PROXY},${proxyVariable(variables, 'NO_PROXY') ?? ''}`;
  return { proxy: parseProxy(proxy, 'HTTPS_PROXY'), noProxy };
}

/**
 * Reports whether a host is reached without the proxy, by curl's rules for `NO_PROXY`. It is a list, separated by
 * commas or spaces, of host names, which include their subdomains, of addresses in any spelling, and of ranges
 * (`10.0.0.0/8`, `fd00::/8`); `*` matches every host. A leading dot or `*.` and a trailing dot make no difference. As
 * an extension, `:port` may follow.
 *
 * @param host a name or an IP address, without brackets
 * @example
 * bypassesProxy('localhost,10.0.0.0/8', '10.1.2.3', 443); // true
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

/** Splits off the port; the colons of a bare IPv6 address are not one. */
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
    // The parser's own error would quote its input, including credentials.
    return undefined;
  }
}

function basicCredentials({ username, password }: URL, name: string): string | undefined {
  if (username === '' && password === '') return undefined;
  const credentials = new TextEncoder().encode(`${decode(username, name)}:${decode(password, name)}`);
  return `Basic ${btoa(String.fromCharCode(...credentials))}`;
}

function decode(part: string, name: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new InvalidArgumentError(name, 'has credentials that are not percent-encoded UTF-8');
  }
}
