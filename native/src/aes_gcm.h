// AES-256-GCM, NIST SP 800-38D: 32-byte key, 12-byte nonce, 16-byte tag. Decryption only: ciphertext
// goes out over the wire and needs no protected memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "der.h"
#include "status.h"

namespace nomyo {

constexpr size_t kAesKeyLength = 32;
constexpr size_t kGcmNonceLength = 12;
constexpr size_t kGcmTagLength = 16;

// The input. `aad`, the associated data, is authenticated and not encrypted; it may be empty.
struct GcmSealed {
  const uint8_t* nonce;
  der::Bytes aad;
  der::Bytes ciphertext;
  const uint8_t* tag;
};

// Writes as many bytes of plaintext as there are of ciphertext, and wipes them again when the tag does
// not verify. `out` may be the ciphertext.
Status AesGcmOpen(const uint8_t* key, const GcmSealed& sealed, uint8_t* out);

}  // namespace nomyo
