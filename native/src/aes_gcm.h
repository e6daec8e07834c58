// AES-256-GCM, NIST SP 800-38D: 32-byte key, 12-byte nonce, 16-byte tag, no associated data. Opening
// only: what is sealed goes out over the wire, and needs no memory of ours.
#pragma once

#include <cstddef>
#include <cstdint>

#include "status.h"

namespace nomyo {

constexpr size_t kAesKeyLength = 32;
constexpr size_t kGcmNonceLength = 12;
constexpr size_t kGcmTagLength = 16;

// Writes `length` bytes of plaintext, and wipes them again when the tag does not fit. `out` may be
// `ciphertext`.
Status AesGcmOpen(const uint8_t* key, const uint8_t* nonce, const uint8_t* ciphertext,
                  size_t length, const uint8_t* tag, uint8_t* out);

}  // namespace nomyo
