// OpenSSL's key object without a private key in it.
//
// Beside the exponentiations, what an RSA operation of a new object costs is its blinding: an inverse
// modulo n. It depends on n and e alone, and OpenSSL keeps it in the object and squares it each time.
// So this object stays, with n, e and the blinding. It is marked as one whose private key is elsewhere,
// as those of hardware modules are: blinding and unblinding are OpenSSL's, and the exponentiation is
// OpenSSL's too, on a whole key that exists just for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "openssl.h"
#include "rsa_numbers.h"

namespace nomyo {

struct Rsa;
struct RsaMethod;

class RsaShell {
 public:
  // The numbers stay where they are, and outlive this. nullptr where OpenSSL lacks what this takes,
  // or is in its FIPS mode, which these functions go past: DecryptWithPkey() does the same then.
  static std::unique_ptr<RsaShell> Create(const NativeNumbers& numbers);
  ~RsaShell();
  RsaShell(const RsaShell&) = delete;
  RsaShell& operator=(const RsaShell&) = delete;

  // block^d mod n, as long as the modulus; without padding. Thread-safe.
  bool Decrypt(const uint8_t* block, size_t length, uint8_t* out) const;

 private:
  explicit RsaShell(const NativeNumbers& numbers) : numbers_(numbers) {}
  bool Build();
  static int Exponentiate(Bignum* result, const Bignum* base, Rsa* shell, BignumCtx* ctx);

  const NativeNumbers numbers_;
  RsaMethod* method_ = nullptr;
  Rsa* rsa_ = nullptr;
};

}  // namespace nomyo
