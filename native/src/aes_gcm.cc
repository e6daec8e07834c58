#include "aes_gcm.h"

#include "openssl.h"
#include "pages.h"

namespace nomyo {

namespace {

// EVP_CTRL_AEAD_*, openssl/evp.h
constexpr int kSetNonceLength = 0x9;
constexpr int kSetTag = 0x11;

constexpr int kDecrypt = 0;

// EVP_CipherUpdate counts in int.
constexpr size_t kPiece = size_t{1} << 30;

bool Init(const OpenSsl* ssl, EvpCipherCtx* ctx, const uint8_t* key, const uint8_t* nonce) {
  constexpr int kLength = static_cast<int>(kGcmNonceLength);
  return ssl->EVP_CipherInit_ex(ctx, ssl->EVP_aes_256_gcm(), nullptr, nullptr, nullptr, kDecrypt) ==
             1 &&
         ssl->EVP_CIPHER_CTX_ctrl(ctx, kSetNonceLength, kLength, nullptr) == 1 &&
         ssl->EVP_CipherInit_ex(ctx, nullptr, nullptr, key, nonce, kDecrypt) == 1;
}

// Without `out`, `in` is associated data.
bool Update(const OpenSsl* ssl, EvpCipherCtx* ctx, const der::Bytes& in, uint8_t* out) {
  for (size_t done = 0; done < in.length;) {
    const size_t left = in.length - done;
    const int piece = static_cast<int>(left < kPiece ? left : kPiece);
    uint8_t* const to = out == nullptr ? nullptr : out + done;
    int written = 0;
    if (ssl->EVP_CipherUpdate(ctx, to, &written, in.data + done, piece) != 1) return false;
    done += static_cast<size_t>(piece);
  }
  return true;
}

bool Final(const OpenSsl* ssl, EvpCipherCtx* ctx) {
  uint8_t unused[kGcmTagLength];
  int written = 0;
  return ssl->EVP_CipherFinal_ex(ctx, unused, &written) == 1;
}

}  // namespace

Status AesGcmOpen(const uint8_t* key, const GcmSealed& sealed, uint8_t* out) {
  const OpenSsl* ssl = OpenSsl::Get();
  if (ssl == nullptr) return Status::kUnavailable;
  const ErrorQueueGuard errors(ssl);
  const CipherCtx ctx(ssl->EVP_CIPHER_CTX_new());
  if (!ctx || !Init(ssl, ctx.get(), key, sealed.nonce)) return Status::kOperation;
  constexpr int kLength = static_cast<int>(kGcmTagLength);
  const bool opened =
      Update(ssl, ctx.get(), sealed.aad, nullptr) &&
      Update(ssl, ctx.get(), sealed.ciphertext, out) &&
      ssl->EVP_CIPHER_CTX_ctrl(ctx.get(), kSetTag, kLength, const_cast<uint8_t*>(sealed.tag)) == 1 &&
      Final(ssl, ctx.get());
  if (!opened) pages::Wipe(out, sealed.ciphertext.length);
  return opened ? Status::kOk : Status::kDecrypt;
}

}  // namespace nomyo
