// An OpenSSL key object that holds n, e and the blinding, and no private key.
//
// A new key object has to compute its blinding, an inverse modulo n: a fifth of an RSA operation. The
// blinding depends on n and e alone, and OpenSSL squares it for the next operation. So this object is
// kept, marked as one whose private key is elsewhere, like the objects of hardware modules. OpenSSL
// blinds and unblinds with it, and calls Exponentiate(), which builds a whole key for one exponentiation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "openssl.h"
#include "rsa_numbers.h"

namespace nomyo {

struct OsslRsa;
struct OsslRsaMethod;

class BlindingContext {
 public:
  // The numbers stay where they are, and outlive this. nullptr where OpenSSL lacks what this takes,
  // or is in its FIPS mode, which these functions go past: DecryptWithPkey() does the same then.
  static std::unique_ptr<BlindingContext> Create(const NativeNumbers& numbers);
  ~BlindingContext();
  BlindingContext(const BlindingContext&) = delete;
  BlindingContext& operator=(const BlindingContext&) = delete;

  // block^d mod n, as long as the modulus; without padding. Thread-safe.
  bool Decrypt(const uint8_t* block, size_t length, uint8_t* out) const;

 private:
  explicit BlindingContext(const NativeNumbers& numbers) : numbers_(numbers) {}
  bool Build();
  static int Exponentiate(Bignum* result, const Bignum* base, OsslRsa* blinding, BignumCtx* ctx);

  const NativeNumbers numbers_;
  OsslRsaMethod* method_ = nullptr;
  OsslRsa* rsa_ = nullptr;
};

}  // namespace nomyo
