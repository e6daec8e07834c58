#include "rsa_pkey.h"

#include "openssl.h"

namespace nomyo {

namespace {

constexpr int kKeyPair = 0x87;  // EVP_PKEY_KEYPAIR: private, public and domain parameters

bool MakePkey(const OpenSsl* ssl, const NativeNumbers& numbers, Pkey* out) {
  OsslParam params[kRsaNumberCount + 1];
  for (size_t i = 0; i < kRsaNumberCount; i++) {
    params[i] = UnsignedParam(kRsaParamNames[i], numbers[i].data, numbers[i].length);
  }
  params[kRsaNumberCount] = EndOfParams();
  const PkeyCtx ctx(ssl->EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  return ctx && ssl->EVP_PKEY_fromdata_init(ctx.get()) == 1 &&
         ssl->EVP_PKEY_fromdata(ctx.get(), out->out(), kKeyPair, params) == 1;
}

bool InitRaw(const OpenSsl* ssl, EvpPkeyCtx* ctx) {
  // provider-asym_cipher(7); the padding is removed in rsa.cc, in locked memory
  const OsslParam params[] = {TextParam("pad-mode", "none"), EndOfParams()};
  return ssl->EVP_PKEY_decrypt_init_ex(ctx, params) == 1;
}

}  // namespace

bool DecryptWithPkey(const NativeNumbers& numbers, const uint8_t* block, size_t length,
                     uint8_t* out) {
  const OpenSsl* ssl = OpenSsl::Get();
  Pkey pkey;
  if (!MakePkey(ssl, numbers, &pkey)) return false;
  const PkeyCtx ctx(ssl->EVP_PKEY_CTX_new_from_pkey(nullptr, pkey.get(), nullptr));
  if (!ctx || !InitRaw(ssl, ctx.get())) return false;
  size_t written = length;
  return ssl->EVP_PKEY_decrypt(ctx.get(), out, &written, block, length) == 1 && written == length;
}

}  // namespace nomyo
