/** The certificate and its private key, looked at before anything listens. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { InvalidArgumentError, isObject } from '@nomyo/base';

/** Two texts in PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** @throws {InvalidArgumentError} when one of them cannot be used, or they do not belong together. Neither is quoted. */
export function checkTls({ cert, key }: TlsFiles): void {
  const certificate = orRefuse('tls.cert', 'must be a certificate in PEM', () => new X509Certificate(cert));
  const privateKey = orRefuse('tls.key', 'must be a private key in PEM, without a password', () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new InvalidArgumentError('tls.key', 'is not the private key of the certificate');
  }
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const code = isObject(error) ? String(error['code']) : 'unknown error';
    throw new InvalidArgumentError('tls.cert', `cannot be used with TLS (${code})`);
  }
}

function orRefuse<T>(argument: string, must: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new InvalidArgumentError(argument, must);
  }
}
