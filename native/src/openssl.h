// OpenSSL 3 as the running program exports it (node does). Nothing is linked and no header of
// OpenSSL is needed: the few functions are looked up by name once, and when one is missing (Bun,
// Electron: BoringSSL) native cryptography is simply not available.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "pages.h"

namespace nomyo {

// Opaque to us.
struct EvpCipher;
struct EvpCipherCtx;
struct EvpMd;
struct EvpPkey;
struct EvpPkeyCtx;
struct Engine;
struct LibCtx;
struct Bignum;
struct BignumCtx;

// OSSL_PARAM(3): the layout is part of OpenSSL 3's ABI.
struct OsslParam {
  const char* key;
  unsigned int data_type;
  void* data;
  size_t data_size;    // bytes
  size_t return_size;  // bytes, set by getters
};

constexpr unsigned int kParamUnsignedInteger = 2;  // native byte order
constexpr unsigned int kParamUtf8String = 4;
constexpr size_t kParamUnmodified = static_cast<size_t>(-1);

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
constexpr bool kLittleEndian = false;
#else
constexpr bool kLittleEndian = true;
#endif

OsslParam UnsignedParam(const char* key, const void* data, size_t length);
OsslParam TextParam(const char* key, const char* text);
inline OsslParam EndOfParams() {
  return {nullptr, 0, nullptr, 0, 0};
}

// Looks a function up; false: the running program does not export it.
template <typename Function>
bool Resolve(const char* name, Function* out) {
  *out = reinterpret_cast<Function>(pages::FindSymbol(name));
  return *out != nullptr;
}

// name, result, parameters: openssl/evp.h, rsa.h, bn.h, err.h of OpenSSL 3.0
#define NOMYO_OPENSSL_FUNCTIONS(X)                                                          \
  X(EVP_CIPHER_CTX_new, EvpCipherCtx*, ())                                                  \
  X(EVP_CIPHER_CTX_free, void, (EvpCipherCtx*))                                             \
  X(EVP_CIPHER_CTX_ctrl, int, (EvpCipherCtx*, int, int, void*))                             \
  X(EVP_aes_256_gcm, const EvpCipher*, ())                                                  \
  X(EVP_aes_128_cbc, const EvpCipher*, ())                                                  \
  X(EVP_aes_192_cbc, const EvpCipher*, ())                                                  \
  X(EVP_aes_256_cbc, const EvpCipher*, ())                                                  \
  X(EVP_CipherInit_ex, int,                                                                 \
    (EvpCipherCtx*, const EvpCipher*, Engine*, const uint8_t*, const uint8_t*, int))        \
  X(EVP_CipherUpdate, int, (EvpCipherCtx*, uint8_t*, int*, const uint8_t*, int))            \
  X(EVP_CipherFinal_ex, int, (EvpCipherCtx*, uint8_t*, int*))                               \
  X(EVP_sha256, const EvpMd*, ())                                                           \
  X(RSA_padding_check_PKCS1_OAEP_mgf1, int,                                                 \
    (uint8_t*, int, const uint8_t*, int, int, const uint8_t*, int, const EvpMd*,            \
     const EvpMd*))                                                                         \
  X(EVP_PKEY_CTX_new_from_name, EvpPkeyCtx*, (LibCtx*, const char*, const char*))           \
  X(EVP_PKEY_CTX_new_from_pkey, EvpPkeyCtx*, (LibCtx*, EvpPkey*, const char*))              \
  X(EVP_PKEY_CTX_free, void, (EvpPkeyCtx*))                                                 \
  X(EVP_PKEY_CTX_set_params, int, (EvpPkeyCtx*, const OsslParam*))                          \
  X(EVP_PKEY_fromdata_init, int, (EvpPkeyCtx*))                                             \
  X(EVP_PKEY_fromdata, int, (EvpPkeyCtx*, EvpPkey**, int, OsslParam*))                      \
  X(EVP_PKEY_keygen_init, int, (EvpPkeyCtx*))                                               \
  X(EVP_PKEY_generate, int, (EvpPkeyCtx*, EvpPkey**))                                       \
  X(EVP_PKEY_get_params, int, (const EvpPkey*, OsslParam*))                                 \
  X(EVP_PKEY_decrypt_init_ex, int, (EvpPkeyCtx*, const OsslParam*))                         \
  X(EVP_PKEY_decrypt, int, (EvpPkeyCtx*, uint8_t*, size_t*, const uint8_t*, size_t))        \
  X(EVP_PKEY_free, void, (EvpPkey*))                                                        \
  X(BN_CTX_new, BignumCtx*, ())                                                             \
  X(BN_CTX_free, void, (BignumCtx*))                                                        \
  X(BN_bin2bn, Bignum*, (const uint8_t*, int, Bignum*))                                     \
  X(BN_new, Bignum*, ())                                                                    \
  X(BN_clear_free, void, (Bignum*))                                                         \
  X(BN_mul, int, (Bignum*, const Bignum*, const Bignum*, BignumCtx*))                       \
  X(BN_div, int, (Bignum*, Bignum*, const Bignum*, const Bignum*, BignumCtx*))              \
  X(BN_sub_word, int, (Bignum*, unsigned long long))                                        \
  X(BN_cmp, int, (const Bignum*, const Bignum*))                                            \
  X(BN_is_one, int, (const Bignum*))                                                        \
  X(ERR_set_mark, int, ())                                                                  \
  X(ERR_pop_to_mark, int, ())                                                               \
  X(OpenSSL_version_num, unsigned long, ())

struct OpenSsl {
#define NOMYO_DECLARE(name, result, parameters) result(*name) parameters;
  NOMYO_OPENSSL_FUNCTIONS(NOMYO_DECLARE)
#undef NOMYO_DECLARE

  // nullptr: not available in this program.
  static const OpenSsl* Get();
};

// Owns an OpenSSL object and frees it with the function in the table.
template <typename Table, typename T, void (*Table::*Free)(T*)>
class OsslOwner {
 public:
  explicit OsslOwner(T* object = nullptr) : object_(object) {}
  ~OsslOwner() {
    if (object_ != nullptr) (Table::Get()->*Free)(object_);
  }
  OsslOwner(const OsslOwner&) = delete;
  OsslOwner& operator=(const OsslOwner&) = delete;
  T* get() const { return object_; }
  T** out() { return &object_; }
  T* Release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  T* object_;
};

using CipherCtx = OsslOwner<OpenSsl, EvpCipherCtx, &OpenSsl::EVP_CIPHER_CTX_free>;
using PkeyCtx = OsslOwner<OpenSsl, EvpPkeyCtx, &OpenSsl::EVP_PKEY_CTX_free>;
using Pkey = OsslOwner<OpenSsl, EvpPkey, &OpenSsl::EVP_PKEY_free>;
using Bn = OsslOwner<OpenSsl, Bignum, &OpenSsl::BN_clear_free>;
using BnCtx = OsslOwner<OpenSsl, BignumCtx, &OpenSsl::BN_CTX_free>;

// Leaves the thread's error queue as it was: node's own calls on the same thread read it.
class ErrorQueueGuard {
 public:
  explicit ErrorQueueGuard(const OpenSsl* ssl) : ssl_(ssl) { ssl_->ERR_set_mark(); }
  ~ErrorQueueGuard() { ssl_->ERR_pop_to_mark(); }
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;

 private:
  const OpenSsl* ssl_;
};

}  // namespace nomyo
