import { createRequire } from 'node:module';

export const require = createRequire(import.meta.url);
export const addonPath = require.resolve('../../index.js');

/** The addon as its users load it. */
export const addon = require(addonPath);

export const bytesOf = (region) => Buffer.from(region.view());

/** `code` of what a function throws, or of what its promise is rejected with. */
export async function codeOf(action) {
  try {
    await action();
  } catch (error) {
    return error.code;
  }
  return 'nothing was thrown';
}
