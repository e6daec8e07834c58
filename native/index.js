'use strict';
/* global require, module, __dirname */

// Loads the binary of this platform. Whatever goes wrong is an ordinary error that the caller can
// catch, with a code of its own: without the addon NOMYO.js works on ordinary memory.

const { closeSync, fstatSync, openSync, readSync } = require('node:fs');
const findBinary = require('node-gyp-build');

const ABI_VERSION = 3;

// ELF-64 header, in bytes: System V ABI, chapter 4.
const ELF = {
  magic: Buffer.from([0x7f, 0x45, 0x4c, 0x46]),
  headerLength: 64,
  sectionTableOffset: 0x28,
  sectionEntrySize: 0x3a,
  sectionCount: 0x3c,
};

function fail(code, message, cause) {
  throw Object.assign(new Error(`nomyo-native: ${message}`, { cause }), { code });
}

function resolveBinary() {
  try {
    return findBinary.resolve(__dirname);
  } catch (cause) {
    return fail('ERR_NOMYO_NATIVE_NO_BINARY', 'there is no binary for this platform', cause);
  }
}

/**
 * The dynamic loader of Linux maps a shortened file without complaint, and the first access
 * behind its end kills the process (SIGBUS). The section table is the last part of the file.
 */
function refuseTruncated(path) {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(ELF.headerLength);
    const length = readSync(file, header, 0, header.length, 0);
    if (!header.subarray(0, ELF.magic.length).equals(ELF.magic)) return; // the loader will say so
    const end =
      header.readBigUInt64LE(ELF.sectionTableOffset) +
      BigInt(header.readUInt16LE(ELF.sectionEntrySize) * header.readUInt16LE(ELF.sectionCount));
    if (length < header.length || end > BigInt(fstatSync(file).size)) {
      fail('ERR_NOMYO_NATIVE_BINARY', 'the binary is incomplete');
    }
  } finally {
    closeSync(file);
  }
}

function load(path) {
  if (process.platform === 'linux') refuseTruncated(path);
  try {
    return require(path);
  } catch (cause) {
    return fail('ERR_NOMYO_NATIVE_BINARY', 'the binary cannot be loaded', cause);
  }
}

const addon = load(resolveBinary());
if (addon.abiVersion !== ABI_VERSION) {
  fail('ERR_NOMYO_NATIVE_ABI', `the binary is of another version, not ${ABI_VERSION}`);
}

const { SecureRegion, NativePrivateKey } = addon;

// `using region = SecureRegion.allocate(32)`, where the runtime knows the symbol.
if (Symbol.dispose) {
  for (const [prototype, method] of [
    [SecureRegion.prototype, SecureRegion.prototype.release],
    [NativePrivateKey.prototype, NativePrivateKey.prototype.dispose],
  ]) {
    Object.defineProperty(prototype, Symbol.dispose, {
      value: method,
      writable: true,
      configurable: true,
    });
  }
}

module.exports = {
  abiVersion: ABI_VERSION,
  SecureRegion,
  NativePrivateKey,
  info: addon.info,
  aesGcmOpen: addon.aesGcmOpen,
  aesCbcDecrypt: addon.aesCbcDecrypt,
  generatePkcs8: addon.generatePkcs8,
};
