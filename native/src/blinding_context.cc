#include "blinding_context.h"

namespace nomyo {

namespace {

constexpr int kNoPadding = 3;         // RSA_NO_PADDING
constexpr int kKeyIsElsewhere = 0x20;  // RSA_FLAG_EXT_PKEY

using ModExp = int (*)(Bignum*, const Bignum*, OsslRsa*, BignumCtx*);

// openssl/rsa.h of OpenSSL 3. Deprecated, with no replacement for persistent blinding.
#define NOMYO_RSA_FUNCTIONS(X)                                                 \
  X(RSA_new, OsslRsa*, ())                                                     \
  X(RSA_free, void, (OsslRsa*))                                                \
  X(RSA_set0_key, int, (OsslRsa*, Bignum*, Bignum*, Bignum*))                  \
  X(RSA_set0_factors, int, (OsslRsa*, Bignum*, Bignum*))                       \
  X(RSA_set0_crt_params, int, (OsslRsa*, Bignum*, Bignum*, Bignum*))           \
  X(RSA_set_flags, void, (OsslRsa*, int))                                      \
  X(RSA_set_method, int, (OsslRsa*, const OsslRsaMethod*))                     \
  X(RSA_get_method, const OsslRsaMethod*, (const OsslRsa*))                    \
  X(RSA_private_decrypt, int, (int, const uint8_t*, uint8_t*, OsslRsa*, int))  \
  X(RSA_PKCS1_OpenSSL, const OsslRsaMethod*, ())                               \
  X(RSA_meth_dup, OsslRsaMethod*, (const OsslRsaMethod*))                      \
  X(RSA_meth_free, void, (OsslRsaMethod*))                                     \
  X(RSA_meth_get_mod_exp, ModExp, (const OsslRsaMethod*))                      \
  X(RSA_meth_set_mod_exp, int, (OsslRsaMethod*, ModExp))                       \
  X(RSA_meth_get0_app_data, void*, (const OsslRsaMethod*))                     \
  X(RSA_meth_set0_app_data, int, (OsslRsaMethod*, void*))                      \
  X(BN_lebin2bn, Bignum*, (const uint8_t*, int, Bignum*))                      \
  X(EVP_default_properties_is_fips_enabled, int, (LibCtx*))

struct RsaFunctions {
#define NOMYO_DECLARE(name, result, parameters) result(*name) parameters;
  NOMYO_RSA_FUNCTIONS(NOMYO_DECLARE)
#undef NOMYO_DECLARE

  // nullptr: one is missing.
  static const RsaFunctions* Get();
};

using OwnedRsa = OsslOwner<RsaFunctions, OsslRsa, &RsaFunctions::RSA_free>;

bool Load(RsaFunctions* table) {
#define NOMYO_RESOLVE(name, result, parameters) \
  if (!Resolve(#name, &table->name)) return false;
  NOMYO_RSA_FUNCTIONS(NOMYO_RESOLVE)
#undef NOMYO_RESOLVE
  return true;
}

const RsaFunctions* RsaFunctions::Get() {
  static const RsaFunctions* const loaded = [] {
    static RsaFunctions table;
    return OpenSsl::Get() != nullptr && Load(&table) ? &table : nullptr;
  }();
  return loaded;
}

Bignum* Number(const RsaFunctions* ssl, der::Bytes native) {
  const int length = static_cast<int>(native.length);
  return kLittleEndian ? ssl->BN_lebin2bn(native.data, length, nullptr)
                       : OpenSsl::Get()->BN_bin2bn(native.data, length, nullptr);
}

bool SetPublic(const RsaFunctions* ssl, const NativeNumbers& numbers, OsslRsa* rsa) {
  Bn n(Number(ssl, numbers[kN])), e(Number(ssl, numbers[kE]));
  if (!n || !e || ssl->RSA_set0_key(rsa, n.get(), e.get(), nullptr) != 1) return false;
  n.Release();
  e.Release();
  return true;
}

// OpenSSL zeroes each of them before freeing it.
bool SetPrivate(const RsaFunctions* ssl, const NativeNumbers& numbers, OsslRsa* rsa) {
  Bn d(Number(ssl, numbers[kD])), p(Number(ssl, numbers[kP])), q(Number(ssl, numbers[kQ]));
  Bn dp(Number(ssl, numbers[kDp])), dq(Number(ssl, numbers[kDq])), qi(Number(ssl, numbers[kQinv]));
  if (!d || !p || !q || !dp || !dq || !qi) return false;
  if (ssl->RSA_set0_key(rsa, nullptr, nullptr, d.get()) != 1) return false;
  d.Release();
  if (ssl->RSA_set0_factors(rsa, p.get(), q.get()) != 1) return false;
  p.Release();
  q.Release();
  if (ssl->RSA_set0_crt_params(rsa, dp.get(), dq.get(), qi.get()) != 1) return false;
  dp.Release();
  dq.Release();
  qi.Release();
  return true;
}

}  // namespace

std::unique_ptr<BlindingContext> BlindingContext::Create(const NativeNumbers& numbers) {
  const RsaFunctions* ssl = RsaFunctions::Get();
  if (ssl == nullptr || ssl->EVP_default_properties_is_fips_enabled(nullptr) == 1) return nullptr;
  std::unique_ptr<BlindingContext> context(new BlindingContext(numbers));
  return context->Build() ? std::move(context) : nullptr;
}

bool BlindingContext::Build() {
  const RsaFunctions* ssl = RsaFunctions::Get();
  method_ = ssl->RSA_meth_dup(ssl->RSA_PKCS1_OpenSSL());
  rsa_ = ssl->RSA_new();
  if (method_ == nullptr || rsa_ == nullptr) return false;
  const bool built = ssl->RSA_meth_set_mod_exp(method_, Exponentiate) == 1 &&
                     ssl->RSA_meth_set0_app_data(method_, this) == 1 &&
                     ssl->RSA_set_method(rsa_, method_) == 1 && SetPublic(ssl, numbers_, rsa_);
  if (built) ssl->RSA_set_flags(rsa_, kKeyIsElsewhere);
  return built;
}

BlindingContext::~BlindingContext() {
  const RsaFunctions* ssl = RsaFunctions::Get();
  ssl->RSA_free(rsa_);  // both take nullptr
  ssl->RSA_meth_free(method_);
}

bool BlindingContext::Decrypt(const uint8_t* block, size_t length, uint8_t* out) const {
  const int size = static_cast<int>(length);
  return RsaFunctions::Get()->RSA_private_decrypt(size, block, out, rsa_, kNoPadding) == size;
}

int BlindingContext::Exponentiate(Bignum* result, const Bignum* base, OsslRsa* blinding,
                                  BignumCtx* ctx) {
  const RsaFunctions* ssl = RsaFunctions::Get();
  const auto* self =
      static_cast<const BlindingContext*>(ssl->RSA_meth_get0_app_data(ssl->RSA_get_method(blinding)));
  const OwnedRsa whole(ssl->RSA_new());
  if (!whole || !SetPublic(ssl, self->numbers_, whole.get()) ||
      !SetPrivate(ssl, self->numbers_, whole.get())) {
    return 0;
  }
  return ssl->RSA_meth_get_mod_exp(ssl->RSA_PKCS1_OpenSSL())(result, base, whole.get(), ctx);
}

}  // namespace nomyo
