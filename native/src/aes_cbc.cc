#include "aes_cbc.h"

#include "openssl.h"

namespace nomyo {

namespace {

const EvpCipher* CbcCipher(const OpenSsl* ssl, size_t key_length) {
  switch (key_length) {
    case 16:
      return ssl->EVP_aes_128_cbc();
    case 24:
      return ssl->EVP_aes_192_cbc();
    case 32:
      return ssl->EVP_aes_256_cbc();
    default:
      return nullptr;
  }
}

// `out` has room for one more block than the input.
bool Decrypt(const OpenSsl* ssl, const SecureBytes& key, const uint8_t* iv, const uint8_t* in,
             size_t length, uint8_t* out, size_t* written) {
  const EvpCipher* cipher = CbcCipher(ssl, key.length());
  const CipherCtx ctx(ssl->EVP_CIPHER_CTX_new());
  int body = 0;
  int last = 0;
  if (cipher == nullptr || !ctx) return false;
  const bool done =
      ssl->EVP_CipherInit_ex(ctx.get(), cipher, nullptr, key.data(), iv, 0) == 1 &&
      ssl->EVP_CipherUpdate(ctx.get(), out, &body, in, static_cast<int>(length)) == 1 &&
      ssl->EVP_CipherFinal_ex(ctx.get(), out + body, &last) == 1;
  *written = static_cast<size_t>(body) + static_cast<size_t>(last);
  return done;
}

}  // namespace

Status AesCbcDecrypt(const SecureBytes& key, const uint8_t* iv, const uint8_t* ciphertext,
                     size_t length, LockRule rule, SecureBytes* out) {
  const OpenSsl* ssl = OpenSsl::Get();
  if (ssl == nullptr) return Status::kUnavailable;
  const ErrorQueueGuard errors(ssl);
  SecureBytes plaintext;
  const Status room = SecureBytes::Allocate(length + kCbcBlockLength, rule, &plaintext);
  if (room != Status::kOk) return room;
  size_t written = 0;
  if (!Decrypt(ssl, key, iv, ciphertext, length, plaintext.data(), &written) || written == 0) {
    return Status::kDecrypt;
  }
  return SecureBytes::CopyOf(plaintext.data(), written, rule, out);
}

}  // namespace nomyo
