// The ways in which an operation of the lower layer can end. The binding maps each to one JS error.
#pragma once

namespace nomyo {

enum class Status {
  kOk,
  kOutOfMemory,  // no pages, or too many regions alive
  kNotLocked,    // the caller requires locked memory, and the system locks no more
  kUnavailable,  // this runtime does not export OpenSSL 3, or allows no external buffers
  kDecrypt,      // tag, padding or OAEP: one opaque answer, RFC 8017 section 7.1.2
  kKey,          // not an RSA private key that can be used
  kOperation,    // OpenSSL or the kernel refused for a reason that is not the input's secret
};

}  // namespace nomyo
