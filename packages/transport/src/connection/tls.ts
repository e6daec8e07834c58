/** TLS options and their checks. Certificates are always verified; no option turns that off. */
import { anObject, InvalidArgumentError, isBytes, refuseUndefined } from '@nomyo/base';
import { checkPins } from '../policy/pins.js';

/** Certificates or keys: PEM as text or bytes; certificates also as DER. */
export type TlsMaterial = string | Uint8Array;

/** TLS options. Node only: in browsers the browser decides. An invalid one is an {@link InvalidArgumentError}. */
export interface TlsOptions {
  /** Certificate authorities to trust in addition to the default ones, as PEM or DER. Default: none. */
  readonly ca?: TlsMaterial | readonly TlsMaterial[] | undefined;
  /** Trusts only `ca`, which is then required. Default: `false`. */
  readonly replaceDefaultRoots?: boolean | undefined;
  /**
   * Also trusts the authorities of the operating system, where companies install their own. Needs Node 22.15, 23.9 or
   * later. Default: as Node was started (`--use-system-ca`).
   */
  readonly systemRoots?: boolean | undefined;
  /** The client's own certificate, with its chain, as PEM (mTLS); requires `key`. Default: none. */
  readonly cert?: TlsMaterial | undefined;
  /** Private key of `cert`, as PEM. Default: none. */
  readonly key?: TlsMaterial | undefined;
  /** Passphrase of `key`. Default: `key` is not encrypted. */
  readonly passphrase?: string | undefined;
  /** Name that the certificate must have. Default: the host of the base URL. */
  readonly servername?: string | undefined;
  /** Lowest TLS version. Default: `TLSv1.2`. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /**
   * `sha256/BASE64` of the SPKI of every server certificate to accept (RFC 7469 §2.4), in addition to all other checks;
   * any other is a `SecurityError` `SERVER_KEY_NOT_PINNED`. Default: any that a trusted authority vouches for.
   */
  readonly pins?: readonly string[] | undefined;
}

const isMaterial = (value: unknown): boolean => typeof value === 'string' || isBytes(value);
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const isString = (value: unknown): boolean => typeof value === 'string' && value !== '';

const MATERIAL = 'must be a string or a Uint8Array';

/** A check for each option, and the expectation in its error. */
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

/** Options whose absence lowers the protection. */
const PROTECTIVE: readonly (keyof TlsOptions)[] = ['pins', 'replaceDefaultRoots', 'minVersion'];

/** @throws {InvalidArgumentError} on an invalid value, an unknown option, or only one of `cert` and `key` */
export function checkTlsOptions(options: TlsOptions): void {
  anObject('tls', options);
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
      'needs tls.ca; without it, no authority would be trusted',
    );
  }
  if (replaceDefaultRoots === true && systemRoots === true) {
    throw new InvalidArgumentError('tls.systemRoots', 'has no effect together with tls.replaceDefaultRoots');
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new InvalidArgumentError(
      cert === undefined ? 'tls.cert' : 'tls.key',
      'is missing: mTLS needs both tls.cert and tls.key',
    );
  }
}
