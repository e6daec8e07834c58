#include <algorithm>
#include <cstring>
#include <thread>
#include <vector>

#include "../../src/aes_cbc.h"
#include "../../src/aes_gcm.h"
#include "../../src/blinding_context.h"
#include "../../src/openssl.h"
#include "../../src/rsa.h"
#include "../../src/rsa_pkey.h"
#include "harness.h"
#include "tests.h"

using nomyo::LockRule;
using nomyo::SecureBytes;
using nomyo::Status;

namespace {

std::vector<uint8_t> FromHex(const char* hex) {
  std::vector<uint8_t> bytes(strlen(hex) / 2);
  for (size_t i = 0; i < bytes.size(); i++) sscanf(hex + 2 * i, "%2hhx", &bytes[i]);
  return bytes;
}

constexpr LockRule kAny = LockRule::kPreferred;

// The GCM Specification (McGrew, Viega), test case 15: AES-256, no associated data.
void GcmOpensTheSpecifiedBytes() {
  const auto key = FromHex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const auto nonce = FromHex("cafebabefacedbaddecaf888");
  const auto plaintext = FromHex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255");
  const auto ciphertext = FromHex(
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad");
  auto tag = FromHex("b094dac5d93471bdec1a502270e3cc6c");
  std::vector<uint8_t> out = ciphertext;
  const auto open = [&](const std::vector<uint8_t>& in) {
    const nomyo::GcmSealed sealed = {nonce.data(), {}, {in.data(), in.size()}, tag.data()};
    return nomyo::AesGcmOpen(key.data(), sealed, out.data());
  };
  CHECK(open(out) == Status::kOk);
  CHECK(out == plaintext);
  tag[15] ^= 1;
  CHECK(open(ciphertext) == Status::kDecrypt);
  CHECK(out == std::vector<uint8_t>(out.size(), 0));
}

// Test case 16: the same key, with associated data.
void GcmTakesAssociatedData() {
  const auto key = FromHex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const auto nonce = FromHex("cafebabefacedbaddecaf888");
  const auto ciphertext = FromHex(
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662");
  const auto tag = FromHex("76fc6ece0f4e1768cddf8853bb2d551b");
  auto aad = FromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  std::vector<uint8_t> out(ciphertext.size());
  const auto open = [&](size_t length) {
    const nomyo::GcmSealed sealed = {
        nonce.data(), {aad.data(), length}, {ciphertext.data(), ciphertext.size()}, tag.data()};
    return nomyo::AesGcmOpen(key.data(), sealed, out.data());
  };
  CHECK(open(aad.size()) == Status::kOk);
  CHECK(out[0] == 0xd9 && out[59] == 0x39);
  CHECK(open(aad.size() - 1) == Status::kDecrypt);
  CHECK(open(0) == Status::kDecrypt);
  aad[0] ^= 1;
  CHECK(open(aad.size()) == Status::kDecrypt);
  CHECK(out == std::vector<uint8_t>(out.size(), 0));
}

// openssl enc -aes-256-cbc, of 14 bytes
void CbcOpensWhatOpensslWrote() {
  const auto ciphertext = FromHex("92d4a6551827ccf712d12eb6f54461ca");
  const auto iv = FromHex("01000000000000000000000000000000");
  SecureBytes key, opened;
  CHECK(SecureBytes::CopyOf(std::vector<uint8_t>(32, 7).data(), 32, kAny, &key) == Status::kOk);
  CHECK(nomyo::AesCbcDecrypt(key, iv.data(), ciphertext.data(), ciphertext.size(), kAny, &opened) ==
        Status::kOk);
  CHECK(opened.length() == 14 && memcmp(opened.data(), "nomyo keeps it", 14) == 0);
  CHECK(nomyo::AesCbcDecrypt(key, iv.data(), ciphertext.data(), 15, kAny, &opened) ==
        Status::kDecrypt);
}

// The numbers of a DER in native order, in `memory`.
nomyo::NativeNumbers NativeNumbersOf(const SecureBytes& der, std::vector<uint8_t>* memory) {
  nomyo::RsaNumbers numbers;
  nomyo::NativeNumbers native;
  CHECK(nomyo::ParseRsaPrivateKey({der.data(), der.length()}, &numbers) == Status::kOk);
  memory->resize(der.length());
  uint8_t* next = memory->data();
  for (size_t i = 0; i < nomyo::kRsaNumberCount; i++) {
    const auto [data, length] = numbers[i];
    if (nomyo::kLittleEndian) {
      std::reverse_copy(data, data + length, next);
    } else {
      std::copy(data, data + length, next);
    }
    native[i] = {next, length};
    next += length;
  }
  return native;
}

// Both ways of the private-key operation, the first one also on many threads at once.
void BothWaysOfDecryptingAgree() {
  SecureBytes der;
  CHECK(nomyo::GenerateRsaPkcs8(2048, kAny, &der) == Status::kOk);
  std::vector<uint8_t> memory;
  const nomyo::NativeNumbers numbers = NativeNumbersOf(der, &memory);
  const auto context = nomyo::BlindingContext::Create(numbers);
  CHECK(context != nullptr);
  std::vector<std::thread> threads;
  for (uint8_t first = 1; first <= 4; first++) {
    threads.emplace_back([&context, &numbers, first] {
      std::vector<uint8_t> block(256, first), kept(256), built(256);
      for (uint8_t i = 0; i < 40; i++) {
        block[255] = i;
        CHECK(context->Decrypt(block.data(), block.size(), kept.data()));
        CHECK(nomyo::DecryptWithPkey(numbers, block.data(), block.size(), built.data()));
        CHECK(kept == built && kept != block);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::vector<uint8_t> too_large(256, 0xff);
  std::vector<uint8_t> out(256);
  CHECK(!context->Decrypt(too_large.data(), too_large.size(), out.data()));
  CHECK(!nomyo::DecryptWithPkey(numbers, too_large.data(), too_large.size(), out.data()));
}

void AGeneratedKeyLoadsAndADamagedOneDoesNot() {
  SecureBytes der;
  CHECK(nomyo::GenerateRsaPkcs8(2048, kAny, &der) == Status::kOk);
  std::unique_ptr<nomyo::RsaPrivateKey> key;
  CHECK(nomyo::RsaPrivateKey::FromDer({der.data(), der.length()}, kAny, &key) == Status::kOk);
  CHECK(key->modulus_bits() == 2048 && key->memory().features().guard_pages);
  SecureBytes out;
  const std::vector<uint8_t> noise(256, 1);
  CHECK(key->Unwrap(noise.data(), noise.size(), kAny, &out) == Status::kDecrypt);
  CHECK(key->Unwrap(noise.data(), 255, kAny, &out) == Status::kDecrypt);
  // Many cuts, and a flipped bit in every 7th byte.
  for (size_t length = 0; length < der.length(); length += 13) {
    CHECK(nomyo::RsaPrivateKey::FromDer({der.data(), length}, kAny, &key) == Status::kKey);
  }
  for (size_t at = 0; at < der.length(); at += 7) {
    der.data()[at] ^= 0x10;
    CHECK(nomyo::RsaPrivateKey::FromDer({der.data(), der.length()}, kAny, &key) == Status::kKey);
    der.data()[at] ^= 0x10;
  }
}

}  // namespace

void TestCrypto() {
  if (nomyo::OpenSsl::Get() == nullptr) {
    nomyo::test::Skip("crypto", "OpenSSL 3 is not in this program");
    return;
  }
  RUN(GcmOpensTheSpecifiedBytes);
  RUN(GcmTakesAssociatedData);
  RUN(CbcOpensWhatOpensslWrote);
  RUN(BothWaysOfDecryptingAgree);
  RUN(AGeneratedKeyLoadsAndADamagedOneDoesNot);
}
