// AES-CBC, for encrypted PKCS#8 files (PBES2, RFC 8018): decrypts the DER inside into locked memory.
// Decryption only: such files are written from bytes that JavaScript already holds.
#pragma once

#include <cstddef>
#include <cstdint>

#include "secure_bytes.h"
#include "status.h"

namespace nomyo {

constexpr size_t kCbcIvLength = 16;     // bytes, one AES block
constexpr size_t kCbcBlockLength = 16;  // bytes

// With the padding of RFC 8018 section 6.1.1; the key is 16, 24 or 32 bytes. Nothing authenticates
// CBC: a wrong key shows in the padding in most cases, and in the DER inside in the rest.
Status AesCbcDecrypt(const SecureBytes& key, const uint8_t* iv, const uint8_t* ciphertext,
                     size_t length, LockRule rule, SecureBytes* out);

}  // namespace nomyo
