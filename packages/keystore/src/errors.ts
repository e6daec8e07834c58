import { NomyoError, type NomyoErrorCode, type NomyoErrorJson, type NomyoErrorOptions } from '@nomyo/base';

/** Codes for problems with a key file or its directory. */
export type KeyStoreErrorCode = Extract<NomyoErrorCode, `KEY_FILE_${string}`>;

/**
 * A key file or its directory cannot be used as it is. Nothing was overwritten: fix what the message says, then try
 * again.
 */
export class KeyStoreError extends NomyoError {
  override readonly name: string = 'KeyStoreError';
  /** The file or directory. */
  readonly path: string;

  /** @param message the problem and the remedy, without the path */
  constructor(code: KeyStoreErrorCode, path: string, message: string, options?: NomyoErrorOptions) {
    super(code, `${path}: ${message}`, options);
    this.path = path;
  }

  override toJSON(): NomyoErrorJson & { readonly path: string } {
    return { ...super.toJSON(), path: this.path };
  }
}
