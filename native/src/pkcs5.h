// What opens and writes encrypted PKCS#8 files (PBES2, RFC 8018): key derivation and AES-CBC. The
// parameters are public and are parsed by the caller; the keys and the DER stay in locked memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "secure_bytes.h"
#include "status.h"

namespace nomyo {

constexpr size_t kCbcIvLength = 16;     // bytes, one AES block
constexpr size_t kCbcBlockLength = 16;  // bytes

// PBKDF2-HMAC, RFC 8018 section 5.2. `digest` is OpenSSL's name, such as "SHA256".
Status Pbkdf2(const SecureBytes& password, const std::vector<uint8_t>& salt, uint32_t iterations,
              const char* digest, SecureBytes* out);

// RFC 7914 section 2.
struct ScryptCost {
  uint64_t n;  // a power of two
  uint64_t r;  // block size, in units of 128 bytes
  uint64_t p;
};

// 128 * n * r bytes are needed; more than this is refused (OpenSSL's own default is 32 MiB).
constexpr uint64_t kScryptMaxMemory = uint64_t{1} << 30;

bool ScryptFits(const ScryptCost& cost);

Status Scrypt(const SecureBytes& password, const std::vector<uint8_t>& salt, const ScryptCost& cost,
              SecureBytes* out);

// With the padding of RFC 8018 section 6.1.1; the key is 16, 24 or 32 bytes. Nothing authenticates
// CBC: a wrong key is found by its padding in most cases and by the DER inside in the others.
Status AesCbcEncrypt(const SecureBytes& key, const uint8_t* iv, const uint8_t* plaintext,
                     size_t length, std::vector<uint8_t>* out);
Status AesCbcDecrypt(const SecureBytes& key, const uint8_t* iv, const uint8_t* ciphertext,
                     size_t length, SecureBytes* out);

}  // namespace nomyo
