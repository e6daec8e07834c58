// RSA-OAEP with SHA-256 for both the hash and MGF1 and an empty label (RFC 8017 section 7.1), with
// a private key that lies in locked memory between operations and nowhere else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "locked_region.h"
#include "openssl.h"
#include "rsa_numbers.h"
#include "secure_bytes.h"
#include "status.h"

namespace nomyo {

class RsaPrivateKey {
 public:
  // Copies the numbers out of the DER into secret memory of its own, after checking them.
  static Status FromDer(der::Bytes encoded, std::unique_ptr<RsaPrivateKey>* out);

  size_t modulus_bits() const { return modulus_bits_; }
  size_t modulus_length() const { return (modulus_bits_ + 7) / 8; }

  // What the memory that holds the key is.
  const LockedRegion& memory() const { return *memory_; }

  // Big-endian, as in a JWK.
  std::vector<uint8_t> PublicNumber(RsaNumber which) const;

  // Builds OpenSSL's key, uses it once and frees it. Thread-safe: the key is only read. Every
  // failure that depends on the input is kDecrypt.
  Status Unwrap(const uint8_t* wrapped, size_t length, SecureBytes* out) const;

 private:
  struct Part {
    size_t offset = 0;
    size_t length = 0;
  };

  RsaPrivateKey() = default;
  bool Store(const RsaNumbers& numbers);
  bool MakePkey(const OpenSsl* ssl, Pkey* out) const;

  size_t modulus_bits_ = 0;
  std::array<Part, kRsaNumberCount> parts_;  // in native byte order, as OSSL_PARAM wants them
  std::unique_ptr<LockedRegion> memory_;
};

// A new two-prime key with e = 65537, as PKCS#8 DER. Takes 0.1 to some seconds.
Status GenerateRsaPkcs8(size_t bits, SecureBytes* out);

}  // namespace nomyo
