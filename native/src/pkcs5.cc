#include "pkcs5.h"

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

// Runs the whole cipher; `out` has room for one more block than the input.
bool RunCbc(const OpenSsl* ssl, const SecureBytes& key, const uint8_t* iv, const uint8_t* in,
            size_t length, bool encrypt, uint8_t* out, size_t* written) {
  const EvpCipher* cipher = CbcCipher(ssl, key.length());
  const CipherCtx ctx(ssl->EVP_CIPHER_CTX_new());
  int body = 0;
  int last = 0;
  if (cipher == nullptr || !ctx) return false;
  const bool done =
      ssl->EVP_CipherInit_ex(ctx.get(), cipher, nullptr, key.data(), iv, encrypt ? 1 : 0) == 1 &&
      ssl->EVP_CipherUpdate(ctx.get(), out, &body, in, static_cast<int>(length)) == 1 &&
      ssl->EVP_CipherFinal_ex(ctx.get(), out + body, &last) == 1;
  *written = static_cast<size_t>(body) + static_cast<size_t>(last);
  return done;
}

}  // namespace

Status Pbkdf2(const SecureBytes& password, const std::vector<uint8_t>& salt, uint32_t iterations,
              const char* digest, SecureBytes* out) {
  const OpenSsl* ssl = OpenSsl::Get();
  if (ssl == nullptr) return Status::kUnavailable;
  const ErrorQueueGuard errors(ssl);
  const EvpMd* md = ssl->EVP_get_digestbyname(digest);
  if (md == nullptr) return Status::kUnavailable;
  const bool derived =
      ssl->PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(password.data()),
                             static_cast<int>(password.length()), salt.data(),
                             static_cast<int>(salt.size()), static_cast<int>(iterations), md,
                             static_cast<int>(out->length()), out->data()) == 1;
  return derived ? Status::kOk : Status::kOperation;
}

bool ScryptFits(const ScryptCost& cost) {
  // RFC 7914 section 6: 128 * r * (n + p) bytes, and a little more in OpenSSL's check.
  constexpr uint64_t kBlocks = kScryptMaxMemory / 128;
  return cost.r <= kBlocks && cost.n <= kBlocks && cost.p <= kBlocks &&
         cost.r * (cost.n + cost.p + 2) <= kBlocks;
}

Status Scrypt(const SecureBytes& password, const std::vector<uint8_t>& salt, const ScryptCost& cost,
              SecureBytes* out) {
  const OpenSsl* ssl = OpenSsl::Get();
  if (ssl == nullptr) return Status::kUnavailable;
  const ErrorQueueGuard errors(ssl);
  const bool derived =
      ssl->EVP_PBE_scrypt(reinterpret_cast<const char*>(password.data()), password.length(),
                          salt.data(), salt.size(), cost.n, cost.r, cost.p, kScryptMaxMemory,
                          out->data(), out->length()) == 1;
  return derived ? Status::kOk : Status::kOperation;
}

Status AesCbcEncrypt(const SecureBytes& key, const uint8_t* iv, const uint8_t* plaintext,
                     size_t length, std::vector<uint8_t>* out) {
  const OpenSsl* ssl = OpenSsl::Get();
  if (ssl == nullptr) return Status::kUnavailable;
  const ErrorQueueGuard errors(ssl);
  out->resize(length + kCbcBlockLength);
  size_t written = 0;
  if (!RunCbc(ssl, key, iv, plaintext, length, true, out->data(), &written)) {
    return Status::kOperation;
  }
  out->resize(written);
  return Status::kOk;
}

Status AesCbcDecrypt(const SecureBytes& key, const uint8_t* iv, const uint8_t* ciphertext,
                     size_t length, SecureBytes* out) {
  const OpenSsl* ssl = OpenSsl::Get();
  if (ssl == nullptr) return Status::kUnavailable;
  const ErrorQueueGuard errors(ssl);
  SecureBytes plaintext;
  const Status room = SecureBytes::Allocate(length + kCbcBlockLength, &plaintext);
  if (room != Status::kOk) return room;
  size_t written = 0;
  if (!RunCbc(ssl, key, iv, ciphertext, length, false, plaintext.data(), &written) ||
      written == 0) {
    return Status::kDecrypt;
  }
  return SecureBytes::CopyOf(plaintext.data(), written, out);
}

}  // namespace nomyo
