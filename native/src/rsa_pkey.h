// A private-key operation by OpenSSL's EVP functions alone, with a key object that exists just for it.
// Works in every OpenSSL 3, but costs a fifth more than BlindingContext: it computes the blinding
// each time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rsa_numbers.h"

namespace nomyo {

// block^d mod n, as long as the modulus; without padding. Thread-safe.
bool DecryptWithPkey(const NativeNumbers& numbers, const uint8_t* block, size_t length,
                     uint8_t* out);

}  // namespace nomyo
