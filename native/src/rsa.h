// RSA-OAEP with SHA-256 for both the hash and MGF1 and an empty label (RFC 8017 section 7.1), with
// a private key that lies in locked memory between operations and nowhere else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "locked_region.h"
#include "openssl.h"
#include "rsa_numbers.h"
#include "blinding_context.h"
#include "secure_bytes.h"
#include "status.h"
#include "unlocked.h"

namespace nomyo {

class RsaPrivateKey {
 public:
  // Copies the numbers out of the DER into secret memory of its own, after checking them.
  static Status FromDer(der::Bytes encoded, LockRule rule, std::unique_ptr<RsaPrivateKey>* out);

  size_t modulus_bits() const { return modulus_bits_; }
  size_t modulus_length() const { return (modulus_bits_ + 7) / 8; }

  // The protection of the memory that holds the key.
  const LockedRegion& memory() const { return *memory_; }

  // OpenSSL's whole key exists for the exponentiation alone. Thread-safe: the key is only read. Every
  // failure that depends on the input is kDecrypt.
  Status Unwrap(const uint8_t* wrapped, size_t length, LockRule rule, SecureBytes* out) const;

 private:
  RsaPrivateKey() = default;
  Status Store(const RsaNumbers& numbers, LockRule rule);

  size_t modulus_bits_ = 0;
  std::unique_ptr<LockedRegion> memory_;
  UnlockedShare unlocked_;
  NativeNumbers numbers_;  // within memory_
  std::unique_ptr<BlindingContext> blinding_;  // reads numbers_; nullptr: not in this OpenSSL
};

// A new two-prime key with e = 65537, as PKCS#8 DER. Takes 0.1 to some seconds.
Status GenerateRsaPkcs8(size_t bits, LockRule rule, SecureBytes* out);

}  // namespace nomyo
