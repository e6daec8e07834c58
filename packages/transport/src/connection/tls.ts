/** What can be said about TLS. Certificates are always checked: there is no option that turns it off. */
import { InvalidArgumentError, isBytes, refuseUndefined } from '@nomyo/base';
import { checkPins } from '../policy/pins.js';

/** Certificates or keys: PEM as text or bytes; certificates also as DER. */
export type TlsMaterial = string | Uint8Array;

/** TLS options. Node only: in browsers the browser decides. */
export interface TlsOptions {
  /** Certificate authorities that are trusted besides the default ones. */
  readonly ca?: TlsMaterial | readonly TlsMaterial[] | undefined;
  /** Trust `ca` alone. Default: `false`. */
  readonly replaceDefaultRoots?: boolean | undefined;
  /**
   * Trust the authorities of the operating system too, where a company puts its own. Node 22.15, 23.9 or later.
   * Default: as Node was started (`--use-system-ca`).
   */
  readonly systemRoots?: boolean | undefined;
  /** The client's own certificate, with its chain, as PEM (mTLS). */
  readonly cert?: TlsMaterial | undefined;
  /** Private key of `cert`, as PEM. */
  readonly key?: TlsMaterial | undefined;
  /** Of `key`. */
  readonly passphrase?: string | undefined;
  /** Name that the certificate must have, where it is not the host of the base URL. */
  readonly servername?: string | undefined;
  /** Default: `TLSv1.2`. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /**
   * `sha256/BASE64` of the SPKI of every server certificate that is accepted (RFC 7469 §2.4), besides all other
   * checks. Default: any that a trusted authority vouches for.
   */
  readonly pins?: readonly string[] | undefined;
}

const isMaterial = (value: unknown): boolean => typeof value === 'string' || isBytes(value);
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const isString = (value: unknown): boolean => typeof value === 'string' && value !== '';

const MATERIAL = 'must be a string or a Uint8Array';

/** What each option must be. */
const CHECKS: Readonly<
  Record<keyof TlsOptions, readonly [isValid: (value: unknown) => boolean, must: string]>
> = {
  ca: [
    (value) => (Array.isArray(value) ? value.every(isMaterial) : isMaterial(value)),
    `${MATERIAL}, or an array`,
  ],
  replaceDefaultRoots: [isBoolean, 'must be a boolean'],
  systemRoots: [isBoolean, 'must be a boolean'],
  cert: [isMaterial, MATERIAL],
  key: [isMaterial, MATERIAL],
  passphrase: [isString, 'must be a string'],
  servername: [isString, 'must be a host name'],
  minVersion: [(value) => value === 'TLSv1.2' || value === 'TLSv1.3', "must be 'TLSv1.2' or 'TLSv1.3'"],
  pins: [
    (value) => Array.isArray(value) && value.length > 0,
    'must be an array of at least one pin; leave it out to have none',
  ],
};

/** Options whose absence means less protection. */
const PROTECTIVE: readonly (keyof TlsOptions)[] = ['pins', 'replaceDefaultRoots', 'minVersion'];

/** @throws {InvalidArgumentError} on a wrong value, an unknown name, or half of an mTLS pair */
export function checkTlsOptions(options: TlsOptions): void {
  refuseUndefined(options, PROTECTIVE, 'tls.');
  const checks: Readonly<Record<string, (typeof CHECKS)[keyof TlsOptions] | undefined>> = CHECKS;
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) throw new InvalidArgumentError('tls', `has no option ${name}`);
    if (value !== undefined && !check[0](value)) throw new InvalidArgumentError(`tls.${name}`, check[1]);
  }
  const { ca, replaceDefaultRoots, systemRoots, cert, key, pins = [] } = options;
  checkPins(pins, 'tls.pins');
  if (replaceDefaultRoots === true && ca === undefined) {
    throw new InvalidArgumentError(
      'tls.replaceDefaultRoots',
      'needs tls.ca, or no authority is trusted at all',
    );
  }
  if (replaceDefaultRoots === true && systemRoots === true) {
    throw new InvalidArgumentError('tls.systemRoots', 'has no effect together with tls.replaceDefaultRoots');
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new InvalidArgumentError(
      cert === undefined ? 'tls.cert' : 'tls.key',
      'is missing: mTLS needs both',
    );
  }
}
