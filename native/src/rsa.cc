#include "rsa.h"

#include <algorithm>

#include "oaep.h"
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

}  // namespace

Status RsaPrivateKey::FromDer(der::Bytes encoded, std::unique_ptr<RsaPrivateKey>* out) {
  RsaNumbers numbers;
  Status status = ParseRsaPrivateKey(encoded, &numbers);
  if (status == Status::kOk) status = CheckRsaNumbers(numbers);
  if (status != Status::kOk) return status;
  std::unique_ptr<RsaPrivateKey> key(new RsaPrivateKey());
  if (!key->Store(numbers)) return Status::kOutOfMemory;
  *out = std::move(key);
  return Status::kOk;
}

bool RsaPrivateKey::Store(const RsaNumbers& numbers) {
  size_t total = 0;
  for (const auto& number : numbers) total += number.length;
  memory_ = LockedRegion::Create(total, RegionKind::kSecret);
  if (memory_ == nullptr) return false;
  uint8_t* next = memory_->data();
  for (size_t i = 0; i < kRsaNumberCount; i++) {
    numbers_[i] = {next, numbers[i].length};
    CopyNative(numbers[i].data, numbers[i].length, next);
    next += numbers[i].length;
  }
  modulus_bits_ = BitLength(numbers[kN]);
  shell_ = RsaShell::Create(numbers_);
  return true;
}

std::vector<uint8_t> RsaPrivateKey::PublicNumber(RsaNumber which) const {
  std::vector<uint8_t> number(numbers_[which].length);
  CopyNative(numbers_[which].data, number.size(), number.data());
  return number;
}

Status RsaPrivateKey::Unwrap(const uint8_t* wrapped, size_t length, SecureBytes* out) const {
  const OpenSsl* ssl = OpenSsl::Get();
  if (ssl == nullptr) return Status::kUnavailable;
  if (length != modulus_length()) return Status::kDecrypt;
  const ErrorQueueGuard errors(ssl);
  SecureBytes buffer;
  const Status room = SecureBytes::Allocate(modulus_length(), &buffer);
  if (room != Status::kOk) return room;
  const bool decrypted = shell_ ? shell_->Decrypt(wrapped, length, buffer.data())
                                : DecryptWithPkey(numbers_, wrapped, length, buffer.data());
  return decrypted ? OaepDecode(ssl, &buffer, out) : Status::kDecrypt;
}

Status GenerateRsaPkcs8(size_t bits, SecureBytes* out) {
  const OpenSsl* ssl = OpenSsl::Get();
  if (ssl == nullptr) return Status::kUnavailable;
  const ErrorQueueGuard errors(ssl);
  Pkey pkey;
  if (!Generate(ssl, bits, &pkey)) return Status::kOperation;
  const size_t room = bits / 8;  // the longest of the numbers
  SecureBytes native, big;
  Status status = SecureBytes::Allocate(room, &native);
  if (status == Status::kOk) status = SecureBytes::Allocate(room * kRsaNumberCount, &big);
  if (status != Status::kOk) return status;
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
  return WriteRsaPkcs8(numbers, out);
}

}  // namespace nomyo
