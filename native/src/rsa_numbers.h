// The eight numbers of an RSA private key (RFC 8017 A.1.2), their names in OpenSSL, and their DER.
#pragma once

#include <array>
#include <cstddef>

#include "der.h"
#include "secure_bytes.h"
#include "status.h"

namespace nomyo {

enum RsaNumber { kN, kE, kD, kP, kQ, kDp, kDq, kQinv, kRsaNumberCount };

// EVP_PKEY-RSA(7), in the order of RSAPrivateKey.
constexpr const char* kRsaParamNames[kRsaNumberCount] = {"n",
                                                         "e",
                                                         "d",
                                                         "rsa-factor1",
                                                         "rsa-factor2",
                                                         "rsa-exponent1",
                                                         "rsa-exponent2",
                                                         "rsa-coefficient1"};

// Big-endian magnitudes that lie within the DER.
using RsaNumbers = std::array<der::Bytes, kRsaNumberCount>;

// The same in native byte order, as OSSL_PARAM wants them.
using NativeNumbers = std::array<der::Bytes, kRsaNumberCount>;

constexpr size_t kMinModulusBits = 2048;
constexpr size_t kMaxModulusBits = 16384;  // OPENSSL_RSA_MAX_MODULUS_BITS
constexpr size_t kMaxGeneratedBits = 4096;

size_t BitLength(der::Bytes magnitude);

// PKCS#8 PrivateKeyInfo (RFC 5208) or bare RSAPrivateKey (RFC 8017). Sizes are checked, not yet
// whether the numbers belong together.
Status ParseRsaPrivateKey(der::Bytes encoded, RsaNumbers* numbers);

// PKCS#8 DER, exactly as long as `out` then says.
Status WriteRsaPkcs8(const RsaNumbers& numbers, LockRule rule, SecureBytes* out);

// RFC 8017 section 3.2: a key with one flipped bit fails here, not at the first answer.
Status CheckRsaNumbers(const RsaNumbers& numbers);

}  // namespace nomyo
