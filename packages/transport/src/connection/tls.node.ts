/** Converts TLS options to those of node:tls. */
import { createHash, X509Certificate } from 'node:crypto';
import * as tls from 'node:tls';
import { InvalidArgumentError, SecurityError } from '@nomyo/base';
import { defaultRoots, systemRoots } from './roots.node.js';
import { checkTlsOptions, type TlsMaterial, type TlsOptions } from './tls.js';

/** The settings shared by all TLS connections of a client. */
export type TlsSettings = Pick<
  tls.ConnectionOptions,
  'secureContext' | 'servername' | 'rejectUnauthorized' | 'checkServerIdentity' | 'ALPNProtocols'
>;

const DEFAULT_MIN_VERSION = 'TLSv1.2';

/**
 * Settings for connections to the router. The private key for mTLS is only in the context.
 *
 * @throws {InvalidArgumentError} when an option is invalid, or the TLS library rejects it
 */
export function routerTls(options: TlsOptions): TlsSettings {
  checkTlsOptions(options);
  const { servername, pins = [] } = options;
  return {
    ...verified(createContext(options)),
    ...(servername === undefined ? {} : { servername }),
    checkServerIdentity: (host, certificate) =>
      tls.checkServerIdentity(host, certificate) ?? checkCertificatePin(certificate, pins),
  };
}

/** Settings for connections to an `https:` proxy: the same authorities, but nothing that is meant for the router. */
export function proxyTls({ ca, replaceDefaultRoots, systemRoots, minVersion }: TlsOptions): TlsSettings {
  return verified(createContext({ ca, replaceDefaultRoots, systemRoots, minVersion }));
}

/** Sets `rejectUnauthorized` explicitly, so that neither NODE_TLS_REJECT_UNAUTHORIZED nor a default can weaken it. */
function verified(secureContext: tls.SecureContext): TlsSettings {
  return { secureContext, rejectUnauthorized: true, ALPNProtocols: ['http/1.1'] };
}

function createContext(options: TlsOptions): tls.SecureContext {
  const { minVersion = DEFAULT_MIN_VERSION, passphrase } = options;
  const ca = authorities(options);
  const cert = options.cert === undefined ? undefined : pemOf(options.cert);
  const key = options.key === undefined ? undefined : pemOf(options.key);
  try {
    return tls.createSecureContext({
      minVersion,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  } catch {
    const wrong = cert === undefined ? 'tls' : 'tls.cert, tls.key or tls.passphrase';
    throw new InvalidArgumentError(
      wrong,
      'is rejected by the TLS library: it is damaged, or its parts do not belong together',
    );
  }
}

/** The authorities to trust; `undefined` for Node's default. */
function authorities(options: TlsOptions): string[] | undefined {
  const { ca, replaceDefaultRoots = false, systemRoots: wantsSystem = false } = options;
  if (ca === undefined && !wantsSystem) return undefined;
  const own = ca === undefined ? [] : (isList(ca) ? ca : [ca]).flatMap(certificatesOf);
  if (replaceDefaultRoots) return own;
  return [...defaultRoots(), ...(wantsSystem ? systemRoots() : []), ...own];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads certificates. Node ignores unreadable ones in `ca`, so that the connection fails much later; here they throw.
 */
function certificatesOf(material: TlsMaterial): string[] {
  const text = typeof material === 'string' ? material : new TextDecoder('latin1').decode(material);
  const blocks = text.match(CERTIFICATE) ?? [material];
  try {
    return blocks.map((block) => new X509Certificate(block).toString());
  } catch {
    throw new InvalidArgumentError('tls.ca', 'must hold certificates, as PEM or DER');
  }
}

function isList(ca: NonNullable<TlsOptions['ca']>): ca is readonly TlsMaterial[] {
  return Array.isArray(ca);
}

/** A view of the bytes, so that a private key is not copied and does not become a string. */
function pemOf(material: TlsMaterial): string | Buffer {
  if (typeof material === 'string') return material;
  return Buffer.from(material.buffer, material.byteOffset, material.byteLength);
}

function checkCertificatePin({ raw }: tls.PeerCertificate, pins: readonly string[]): Error | undefined {
  if (pins.length === 0) return undefined;
  const spki = new X509Certificate(raw).publicKey.export({ type: 'spki', format: 'der' });
  const pin = `sha256/${createHash('sha256').update(spki).digest('base64')}`;
  if (pins.includes(pin)) return undefined;
  return new SecurityError('SERVER_KEY_NOT_PINNED', `the TLS key of the server (${pin}) is not in tls.pins`);
}
