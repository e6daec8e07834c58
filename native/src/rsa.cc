#include "rsa.h"

#include <algorithm>

#include "rsa_pkey.h"

namespace nomyo {

namespace {

// Big-endian to native order and back: the same step.
void CopyNative(const uint8_t* from, size_t length, uint8_t* to) {
  if (kLittleEndian) {
    std::reverse_copy(from, from + length, to);
  } else {
    std::copy(from, from + length, to);
  }
}

bool Generate(const OpenSsl* ssl, size_t bits, Pkey* out) {
  const PkeyCtx ctx(ssl->EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  const OsslParam params[] = {UnsignedParam("bits", &bits, sizeof(bits)), EndOfParams()};
  return ctx && ssl->EVP_PKEY_keygen_init(ctx.get()) == 1 &&
         ssl->EVP_PKEY_CTX_set_params(ctx.get(), params) == 1 &&
         ssl->EVP_PKEY_generate(ctx.get(), out->out()) == 1;
}

// RFC 8017 section 7.1.2 step 3, with SHA-256 for both and an empty label. kDecrypt for everything that
// is wrong, and for an empty message; OpenSSL's check takes the same time for all of it (Manger's
// attack, CRYPTO 2001).
Status RemoveOaep(const OpenSsl* ssl, const SecureBytes& encoded, LockRule rule, SecureBytes* out) {
  const int size = static_cast<int>(encoded.length());
  SecureBytes message;
  const Status room = SecureBytes::Allocate(encoded.length(), rule, &message);
  if (room != Status::kOk) return room;
  const EvpMd* sha256 = ssl->EVP_sha256();
  const int length = ssl->RSA_padding_check_PKCS1_OAEP_mgf1(
      message.data(), size, encoded.data(), size, size, nullptr, 0, sha256, sha256);
  if (length <= 0) return Status::kDecrypt;
  return SecureBytes::CopyOf(message.data(), static_cast<size_t>(length), rule, out);
}

}  // namespace

Status RsaPrivateKey::FromDer(der::Bytes encoded, LockRule rule,
                              std::unique_ptr<RsaPrivateKey>* out) {
  RsaNumbers numbers;
  Status status = ParseRsaPrivateKey(encoded, &numbers);
  if (status == Status::kOk) status = CheckRsaNumbers(numbers);
  if (status != Status::kOk) return status;
  std::unique_ptr<RsaPrivateKey> key(new RsaPrivateKey());
  status = key->Store(numbers, rule);
  if (status == Status::kOk) *out = std::move(key);
  return status;
}

Status RsaPrivateKey::Store(const RsaNumbers& numbers, LockRule rule) {
  size_t total = 0;
  for (const auto& number : numbers) total += number.length;
  memory_ = LockedRegion::Create(total, RegionKind::kSecret);
  if (memory_ == nullptr) return Status::kOutOfMemory;
  if (!memory_->locked()) {
    if (rule == LockRule::kRequired) return Status::kNotLocked;
    unlocked_.Set(total);
  }
  uint8_t* next = memory_->data();
  for (size_t i = 0; i < kRsaNumberCount; i++) {
    numbers_[i] = {next, numbers[i].length};
    CopyNative(numbers[i].data, numbers[i].length, next);
    next += numbers[i].length;
  }
  modulus_bits_ = BitLength(numbers[kN]);
  blinding_ = BlindingContext::Create(numbers_);
  return Status::kOk;
}

// The whole encoded message is secret: it masks the AES key with nothing but itself, so having it
// means having the key. OpenSSL zeroes its working copies.
Status RsaPrivateKey::Unwrap(const uint8_t* wrapped, size_t length, LockRule rule,
                             SecureBytes* out) const {
  const OpenSsl* ssl = OpenSsl::Get();
  if (ssl == nullptr) return Status::kUnavailable;
  if (length != modulus_length()) return Status::kDecrypt;
  const ErrorQueueGuard errors(ssl);
  SecureBytes encoded;
  const Status room = SecureBytes::Allocate(length, rule, &encoded);
  if (room != Status::kOk) return room;
  const bool decrypted = blinding_ ? blinding_->Decrypt(wrapped, length, encoded.data())
                                   : DecryptWithPkey(numbers_, wrapped, length, encoded.data());
  return decrypted ? RemoveOaep(ssl, encoded, rule, out) : Status::kDecrypt;
}

Status GenerateRsaPkcs8(size_t bits, LockRule rule, SecureBytes* out) {
  const OpenSsl* ssl = OpenSsl::Get();
  if (ssl == nullptr) return Status::kUnavailable;
  const ErrorQueueGuard errors(ssl);
  const size_t room = bits / 8;  // the longest of the numbers
  SecureBytes native, big;
  Status status = SecureBytes::Allocate(room, rule, &native);
  if (status == Status::kOk) status = SecureBytes::Allocate(room * kRsaNumberCount, rule, &big);
  if (status != Status::kOk) return status;
  Pkey pkey;
  if (!Generate(ssl, bits, &pkey)) return Status::kOperation;
  RsaNumbers numbers;
  for (size_t i = 0; i < kRsaNumberCount; i++) {
    // OpenSSL writes straight into locked memory; there is no copy in between.
    OsslParam params[] = {UnsignedParam(kRsaParamNames[i], native.data(), room), EndOfParams()};
    if (ssl->EVP_PKEY_get_params(pkey.get(), params) != 1) return Status::kOperation;
    uint8_t* to = big.data() + i * room;
    // The getter pads with zeros up to what it says it wrote.
    CopyNative(native.data(), params[0].return_size, to);
    numbers[i] = {to, params[0].return_size};
    native.Wipe();
  }
  return WriteRsaPkcs8(numbers, rule, out);
}

}  // namespace nomyo
