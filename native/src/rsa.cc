#include "rsa.h"

#include <algorithm>

#include "oaep.h"

namespace nomyo {

namespace {

constexpr int kKeyPair = 0x87;  // EVP_PKEY_KEYPAIR: private, public and domain parameters

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
constexpr bool kLittleEndian = false;
#else
constexpr bool kLittleEndian = true;
#endif

// Big-endian to native order and back: the same step.
void CopyNative(const uint8_t* from, size_t length, uint8_t* to) {
  if (kLittleEndian) {
    std::reverse_copy(from, from + length, to);
  } else {
    std::copy(from, from + length, to);
  }
}

bool InitRaw(const OpenSsl* ssl, EvpPkeyCtx* ctx) {
  // provider-asym_cipher(7); the padding is removed in oaep.cc
  const OsslParam params[] = {TextParam("pad-mode", "none"), EndOfParams()};
  return ssl->EVP_PKEY_decrypt_init_ex(ctx, params) == 1;
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
  size_t offset = 0;
  for (size_t i = 0; i < kRsaNumberCount; i++) {
    parts_[i] = {offset, numbers[i].length};
    CopyNative(numbers[i].data, numbers[i].length, memory_->data() + offset);
    offset += numbers[i].length;
  }
  modulus_bits_ = BitLength(numbers[kN]);
  return true;
}

std::vector<uint8_t> RsaPrivateKey::PublicNumber(RsaNumber which) const {
  std::vector<uint8_t> number(parts_[which].length);
  CopyNative(memory_->data() + parts_[which].offset, number.size(), number.data());
  return number;
}

bool RsaPrivateKey::MakePkey(const OpenSsl* ssl, Pkey* out) const {
  OsslParam params[kRsaNumberCount + 1];
  for (size_t i = 0; i < kRsaNumberCount; i++) {
    params[i] =
        UnsignedParam(kRsaParamNames[i], memory_->data() + parts_[i].offset, parts_[i].length);
  }
  params[kRsaNumberCount] = EndOfParams();
  const PkeyCtx ctx(ssl->EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  return ctx && ssl->EVP_PKEY_fromdata_init(ctx.get()) == 1 &&
         ssl->EVP_PKEY_fromdata(ctx.get(), out->out(), kKeyPair, params) == 1;
}

Status RsaPrivateKey::Unwrap(const uint8_t* wrapped, size_t length, SecureBytes* out) const {
  const OpenSsl* ssl = OpenSsl::Get();
  if (ssl == nullptr) return Status::kUnavailable;
  if (length != modulus_length()) return Status::kDecrypt;
  const ErrorQueueGuard errors(ssl);
  Pkey pkey;
  if (!MakePkey(ssl, &pkey)) return Status::kOperation;
  const PkeyCtx ctx(ssl->EVP_PKEY_CTX_new_from_pkey(nullptr, pkey.get(), nullptr));
  if (!ctx || !InitRaw(ssl, ctx.get())) return Status::kOperation;
  SecureBytes buffer;
  const Status room = SecureBytes::Allocate(modulus_length(), &buffer);
  if (room != Status::kOk) return room;
  size_t written = buffer.length();
  const bool unwrapped =
      ssl->EVP_PKEY_decrypt(ctx.get(), buffer.data(), &written, wrapped, length) == 1;
  if (!unwrapped || written != buffer.length()) return Status::kDecrypt;
  return OaepDecode(ssl, &buffer, out);
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
