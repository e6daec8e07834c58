/** IP addresses as numbers, because one address has many spellings. Pure. */

/** An address, or the base of a range. */
export interface IpAddress {
  /** 32 or 128. */
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** Removes the brackets that an IPv6 address has in a URL. */
export function bareHost(hostname: string): string {
  return hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
}

/** Parses an address: four decimal numbers, or any text form of IPv6 (RFC 4291 §2.2); a zone is ignored. */
export function parseIp(text: string): IpAddress | undefined {
  const v4 = parseV4(text);
  if (v4 !== undefined) return { bits: 32, value: v4 };
  const v6 = parseV6(text.replace(/%[\w.-]+$/, ''));
  if (v6 === undefined) return undefined;
  // An IPv4 address in IPv6 (RFC 4291 §2.5.5.2) is the IPv4 address.
  return v6 >> 32n === 0xffffn ? { bits: 32, value: v6 & 0xffffffffn } : { bits: 128, value: v6 };
}

/** Reports whether `address` is in `range`, such as `10.0.0.0/8` or `fd00::/8`; without a length it is one address. */
export function isInRange(range: string, address: IpAddress): boolean {
  const [base = '', length, ...rest] = range.split('/');
  const ip = parseIp(bareHost(base));
  if (ip?.bits !== address.bits || rest.length > 0) return false;
  if (length === undefined) return ip.value === address.value;
  if (!/^\d{1,3}$/.test(length) || Number(length) > ip.bits) return false;
  const hostBits = BigInt(ip.bits - Number(length));
  return ip.value >> hostBits === address.value >> hostBits;
}

/** Reports whether it is a loopback address (RFC 6890), in any spelling. */
export function isLoopbackAddress(host: string): boolean {
  const ip = parseIp(host);
  return ip !== undefined && (isInRange('127.0.0.0/8', ip) || isInRange('::1', ip));
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  const areBytes = parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  if (parts.length !== 4 || !areBytes) return undefined;
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  const halves = withHexTail(text)?.split('::') ?? [];
  if (halves.length < 1 || halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

/** The last 32 bits may be written as an IPv4 address. */
function withHexTail(text: string): string | undefined {
  const at = text.lastIndexOf(':') + 1;
  if (at === 0) return undefined;
  if (!text.slice(at).includes('.')) return text;
  const v4 = parseV4(text.slice(at));
  if (v4 === undefined) return undefined;
  return `${text.slice(0, at)}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
}
