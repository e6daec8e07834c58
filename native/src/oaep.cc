#include "oaep.h"

#include <algorithm>
#include <cstring>

namespace nomyo {

namespace {

constexpr size_t kHashLength = 32;    // hLen, SHA-256
constexpr size_t kCounterLength = 4;  // MGF1, RFC 8017 B.2.1
constexpr size_t kMinimumLength = 2 * kHashLength + 2;

// lHash of the empty label: SHA-256 of nothing.
constexpr uint8_t kEmptyLabelHash[kHashLength] = {
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};

// Keeps the compiler from seeing that a mask is one of two values, and from branching on it.
uint32_t Opaque(uint32_t value) {
#if defined(__GNUC__)
  __asm__("" : "+r"(value));
  return value;
#else
  volatile uint32_t hidden = value;
  return hidden;
#endif
}

// All ones if the bytes are equal, else 0.
uint32_t EqualMask(uint8_t a, uint8_t b) {
  const uint32_t difference = Opaque(static_cast<uint32_t>(a ^ b));
  return 0U - ((difference - 1U) >> 31);
}

// target ^= MGF1(seed). The working memory is locked, too.
bool Unmask(const OpenSsl* ssl, const uint8_t* seed, size_t seed_length, uint8_t* target,
            size_t length) {
  SecureBytes input;
  SecureBytes hash;
  const size_t input_length = seed_length + kCounterLength;
  if (SecureBytes::Allocate(input_length, &input) != Status::kOk ||
      SecureBytes::Allocate(kHashLength, &hash) != Status::kOk) {
    return false;
  }
  memcpy(input.data(), seed, seed_length);
  uint8_t* counter = input.data() + seed_length;  // big-endian; two bytes are plenty here
  for (size_t done = 0, round = 0; done < length; done += kHashLength, round++) {
    counter[2] = static_cast<uint8_t>(round >> 8);
    counter[3] = static_cast<uint8_t>(round);
    if (ssl->EVP_Digest(input.data(), input_length, hash.data(), nullptr, ssl->EVP_sha256(),
                        nullptr) != 1) {
      return false;
    }
    const size_t piece = std::min(kHashLength, length - done);
    for (size_t i = 0; i < piece; i++) target[done + i] ^= hash.data()[i];
  }
  return true;
}

// DB = lHash | zeros | 1 | message. Returns 0 if all is well, and where the 1 stands.
uint32_t FindSeparator(uint8_t first, const uint8_t* db, size_t length, uint32_t* separator) {
  uint32_t bad = first;
  for (size_t i = 0; i < kHashLength; i++) bad |= db[i] ^ kEmptyLabelHash[i];
  uint32_t searching = ~0U;
  *separator = 0;
  for (size_t i = kHashLength; i < length; i++) {
    const uint32_t zero = EqualMask(db[i], 0);
    const uint32_t one = EqualMask(db[i], 1);
    *separator |= searching & one & static_cast<uint32_t>(i);
    bad |= searching & ~(zero | one);
    searching = Opaque(searching & zero);
  }
  return bad | searching;
}

}  // namespace

Status OaepDecode(const OpenSsl* ssl, SecureBytes* encoded, SecureBytes* message) {
  if (encoded->length() < kMinimumLength) return Status::kDecrypt;
  uint8_t* seed = encoded->data() + 1;
  uint8_t* db = seed + kHashLength;
  const size_t db_length = encoded->length() - 1 - kHashLength;
  if (!Unmask(ssl, db, db_length, seed, kHashLength) ||
      !Unmask(ssl, seed, kHashLength, db, db_length)) {
    return Status::kOperation;
  }
  uint32_t separator = 0;
  const uint32_t bad = FindSeparator(encoded->data()[0], db, db_length, &separator);
  if (bad != 0 || separator + 1 == db_length) return Status::kDecrypt;
  const size_t start = separator + 1;
  return SecureBytes::CopyOf(db + start, db_length - start, message);
}

}  // namespace nomyo
