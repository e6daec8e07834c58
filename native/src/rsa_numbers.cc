#include "rsa_numbers.h"

#include "openssl.h"

namespace nomyo {

namespace {

// AlgorithmIdentifier { rsaEncryption 1.2.840.113549.1.1.1, NULL }, RFC 8017 A.1
constexpr uint8_t kRsaAlgorithm[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                     0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
// INTEGER 0: PrivateKeyInfo v1, and a two-prime RSAPrivateKey.
constexpr uint8_t kVersionZero[] = {0x02, 0x01, 0x00};

template <size_t N>
constexpr der::Bytes Whole(const uint8_t (&bytes)[N]) {
  return {bytes, N};
}

bool ReadNumbers(der::Reader key, RsaNumbers* numbers) {
  for (auto& number : *numbers) {
    if (!key.Unsigned(&number) || number.length == 0) return false;
  }
  return key.done();
}

bool SizesFit(const RsaNumbers& numbers) {
  const size_t bits = BitLength(numbers[kN]);
  if (bits < kMinModulusBits || bits > kMaxModulusBits) return false;
  for (const auto& number : numbers) {
    if (number.length > numbers[kN].length) return false;
  }
  return true;
}

// One computation with numbers that are wiped when it ends.
class Check {
 public:
  Check(const OpenSsl* ssl, BignumCtx* ctx) : ssl_(ssl), ctx_(ctx) {}

  // a * b == product
  bool Product(der::Bytes a, der::Bytes b, der::Bytes product) const {
    const Bn left(From(a)), right(From(b)), expected(From(product)), result(ssl_->BN_new());
    return left && right && expected && result &&
           ssl_->BN_mul(result.get(), left.get(), right.get(), ctx_) == 1 &&
           ssl_->BN_cmp(result.get(), expected.get()) == 0;
  }

  // a * b == 1 modulo (m - minus)
  bool Inverse(der::Bytes a, der::Bytes b, der::Bytes m, unsigned minus) const {
    const Bn left(From(a)), right(From(b)), modulus(From(m));
    const Bn product(ssl_->BN_new()), rest(ssl_->BN_new());
    return left && right && modulus && product && rest &&
           ssl_->BN_sub_word(modulus.get(), minus) == 1 &&
           ssl_->BN_mul(product.get(), left.get(), right.get(), ctx_) == 1 &&
           ssl_->BN_div(nullptr, rest.get(), product.get(), modulus.get(), ctx_) == 1 &&
           ssl_->BN_is_one(rest.get()) == 1;
  }

 private:
  Bignum* From(der::Bytes bytes) const {
    return ssl_->BN_bin2bn(bytes.data, static_cast<int>(bytes.length), nullptr);
  }

  const OpenSsl* ssl_;
  BignumCtx* ctx_;
};

}  // namespace

size_t BitLength(der::Bytes magnitude) {
  if (magnitude.length == 0) return 0;
  size_t bits = magnitude.length * 8;
  for (uint8_t top = 0x80; (magnitude.data[0] & top) == 0; top >>= 1) bits--;
  return bits;
}

Status ParseRsaPrivateKey(der::Bytes encoded, RsaNumbers* numbers) {
  der::Reader file(encoded), outer, key;
  der::Bytes octets;
  if (!file.Enter(der::kSequence, &outer) || !file.done()) return Status::kKey;
  if (!outer.Literal(Whole(kVersionZero))) return Status::kKey;
  if (outer.NextIs(der::kSequence)) {
    // Attributes may follow the key (RFC 5208 section 5); they are ignored.
    if (!outer.Literal(Whole(kRsaAlgorithm)) || !outer.Element(der::kOctetString, &octets)) {
      return Status::kKey;
    }
    der::Reader inner(octets);
    if (!inner.Enter(der::kSequence, &key) || !inner.done()) return Status::kKey;
    if (!key.Literal(Whole(kVersionZero))) return Status::kKey;
  } else {
    key = outer;
  }
  return ReadNumbers(key, numbers) && SizesFit(*numbers) ? Status::kOk : Status::kKey;
}

Status WriteRsaPkcs8(const RsaNumbers& numbers, LockRule rule, SecureBytes* out) {
  // n and d are as long as the modulus, the five others half of that; headers are below 128 bytes.
  SecureBytes buffer;
  const Status room = SecureBytes::Allocate(numbers[kN].length * 5 + 128, rule, &buffer);
  if (room != Status::kOk) return room;
  der::BackwardWriter writer(buffer.data(), buffer.length());
  const uint8_t* end = writer.mark();
  for (size_t i = kRsaNumberCount; i-- > 0;) writer.Unsigned(numbers[i]);
  writer.Raw(Whole(kVersionZero));
  writer.Header(der::kSequence, end);
  writer.Header(der::kOctetString, end);
  writer.Raw(Whole(kRsaAlgorithm));
  writer.Raw(Whole(kVersionZero));
  writer.Header(der::kSequence, end);
  if (!writer.ok()) return Status::kOperation;
  return SecureBytes::CopyOf(writer.data(), static_cast<size_t>(end - writer.data()), rule, out);
}

Status CheckRsaNumbers(const RsaNumbers& numbers) {
  const OpenSsl* ssl = OpenSsl::Get();
  if (ssl == nullptr) return Status::kUnavailable;
  const ErrorQueueGuard errors(ssl);
  const BnCtx ctx(ssl->BN_CTX_new());
  if (!ctx) return Status::kOutOfMemory;
  const Check check(ssl, ctx.get());
  const auto& n = numbers;
  const bool consistent =
      check.Product(n[kP], n[kQ], n[kN]) && check.Inverse(n[kE], n[kD], n[kP], 1) &&
      check.Inverse(n[kE], n[kD], n[kQ], 1) && check.Inverse(n[kE], n[kDp], n[kP], 1) &&
      check.Inverse(n[kE], n[kDq], n[kQ], 1) && check.Inverse(n[kQinv], n[kQ], n[kP], 0);
  return consistent ? Status::kOk : Status::kKey;
}

}  // namespace nomyo
