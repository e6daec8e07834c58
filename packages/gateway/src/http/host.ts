/**
 * Checks that `Host` names this gateway, and that a calling page comes from it. This is what stops DNS rebinding: a page
 * of another site whose name suddenly resolves to 127.0.0.1 still sends its own name. Pure.
 */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** The names that a gateway answers to. */
export interface Names {
  readonly scheme: 'http' | 'https';
  readonly port: number;
  /** Whether a certificate vouches for the name or address; `false` without one. */
  readonly vouches: (host: string) => boolean;
}

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
const DEFAULT_PORT = { http: 80, https: 443 } as const;
const HOST = /^([\w.-]+|\[[\da-f:]+\])(?::(\d{1,5}))?$/u;

/** @param hosts every `Host` header of the request */
export function isOwnHost(hosts: readonly string[], names: Names): boolean {
  const [host] = hosts;
  return hosts.length === 1 && host !== undefined && isOwn(host, names);
}

/** @param origins every `Origin` header of the request; without any, no page of another site is calling */
export function isOwnOrigin(origins: readonly string[], names: Names): boolean {
  return origins.every((origin) => {
    const prefix = `${names.scheme}://`;
    return origins.length === 1 && origin.startsWith(prefix) && isOwn(origin.slice(prefix.length), names);
  });
}

/**
 * A target in absolute form names the host again, and overrides `Host` (RFC 9112 §3.2.2).
 *
 * @param target as in the request line
 */
export function isOwnTarget(target: string, names: Names): boolean {
  const [, host] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/iu.exec(target) ?? [];
  return host === undefined || isOwn(host, names);
}

function isOwn(text: string, { scheme, port, vouches }: Names): boolean {
  const [, host = '', given = String(DEFAULT_PORT[scheme])] = HOST.exec(text.toLowerCase()) ?? [];
  return Number(given) === port && host !== '' && (LOOPBACK.includes(host) || vouches(host));
}

/** The names and addresses that a certificate is for (RFC 9525). */
export function vouchedBy(certificate: string): Names['vouches'] {
  const parsed = new X509Certificate(certificate);
  return (host) => {
    const address = host.replaceAll(/^\[|\]$/gu, '');
    const match = isIP(address) === 0 ? parsed.checkHost(address) : parsed.checkIP(address);
    return match !== undefined;
  };
}
