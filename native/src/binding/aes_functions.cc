#include <cstring>
#include <utility>

#include "../aes_gcm.h"
#include "../pkcs5.h"
#include "arguments.h"
#include "region_object.h"
#include "symmetric.h"
#include "task.h"
#include "values.h"

namespace nomyo::binding {

namespace {

// Ciphertext and tag of a seal, as two views on one buffer that V8 owns.
struct Sealed {
  Napi::Value result;
  napi_value buffer = nullptr;
  uint8_t* ciphertext = nullptr;
  uint8_t* tag = nullptr;
};

bool MakeSealed(Napi::Env env, size_t length, Sealed* out) {
  napi_value ciphertext = nullptr;
  napi_value tag = nullptr;
  void* start = nullptr;
  out->result = NewObject(env);
  const bool made =
      !out->result.IsEmpty() &&
      napi_create_arraybuffer(env, length + kGcmTagLength, &start, &out->buffer) == napi_ok &&
      napi_create_typedarray(env, napi_uint8_array, length, out->buffer, 0, &ciphertext) ==
          napi_ok &&
      napi_create_typedarray(env, napi_uint8_array, kGcmTagLength, out->buffer, length, &tag) ==
          napi_ok &&
      Set(env, out->result, "ciphertext", ciphertext) && Set(env, out->result, "tag", tag);
  out->ciphertext = static_cast<uint8_t*>(start);
  out->tag = out->ciphertext + length;
  return made;
}

// Everything an asynchronous seal or open needs. Inputs that are ordinary buffers are copied:
// their owner could transfer them away while the pool reads.
struct GcmJob {
  std::unique_ptr<Pin> key;
  std::unique_ptr<Pin> plaintext;
  uint8_t nonce[kGcmNonceLength];
  uint8_t tag[kGcmTagLength];
  std::vector<uint8_t> ciphertext;
  SecureBytes opened;
};

}  // namespace

Napi::Value Seal(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto key = arguments.Region(0, "key", kAesKeyLength, kAesKeyLength);
  const der::Bytes nonce = arguments.Bytes(1, "nonce", kGcmNonceLength, kGcmNonceLength);
  const der::Bytes plaintext = arguments.RegionOrBytes(2, "plaintext", kMaxInputLength);
  if (!arguments.ok()) return arguments.Throw();
  Sealed sealed;
  if (!MakeSealed(info.Env(), plaintext.length, &sealed)) return Napi::Value();
  const Status status = AesGcmSeal(key->bytes().data(), nonce.data, plaintext.data,
                                   plaintext.length, sealed.ciphertext, sealed.tag);
  return status == Status::kOk ? sealed.result : Throw(info.Env(), FromStatus(status));
}

Napi::Value SealAsync(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto key = arguments.Region(0, "key", kAesKeyLength, kAesKeyLength);
  const der::Bytes nonce = arguments.Bytes(1, "nonce", kGcmNonceLength, kGcmNonceLength);
  const auto plaintext = arguments.RegionOrCopy(2, "plaintext", kMaxInputLength);
  if (!arguments.ok()) return arguments.Reject();
  auto job = std::shared_ptr<GcmJob>(new GcmJob());
  job->key = std::make_unique<Pin>(key);
  job->plaintext = std::make_unique<Pin>(plaintext);
  memcpy(job->nonce, nonce.data, kGcmNonceLength);
  const auto work = [job] {
    const SecureBytes& from = job->plaintext->bytes();
    job->ciphertext.resize(from.length());
    return AesGcmSeal(job->key->bytes().data(), job->nonce, from.data(), from.length(),
                      job->ciphertext.data(), job->tag);
  };
  const auto finish = [job](Napi::Env env) {
    Sealed sealed;
    if (!MakeSealed(env, job->ciphertext.size(), &sealed)) return Napi::Value();
    memcpy(sealed.ciphertext, job->ciphertext.data(), job->ciphertext.size());
    memcpy(sealed.tag, job->tag, kGcmTagLength);
    return sealed.result;
  };
  return Task::Start(info.Env(), work, finish);
}

Napi::Value Open(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto key = arguments.Region(0, "key", kAesKeyLength, kAesKeyLength);
  const der::Bytes nonce = arguments.Bytes(1, "nonce", kGcmNonceLength, kGcmNonceLength);
  const der::Bytes ciphertext = arguments.Bytes(2, "ciphertext", 1, kMaxInputLength);
  const der::Bytes tag = arguments.Bytes(3, "tag", kGcmTagLength, kGcmTagLength);
  if (!arguments.ok()) return arguments.Throw();
  SecureBytes opened;
  Status status = SecureBytes::Allocate(ciphertext.length, &opened);
  if (status == Status::kOk) {
    status = AesGcmOpen(key->bytes().data(), nonce.data, ciphertext.data, ciphertext.length,
                        tag.data, opened.data());
  }
  if (status != Status::kOk) return Throw(info.Env(), FromStatus(status));
  return RegionObject::Make(info.Env(), std::move(opened));
}

Napi::Value OpenAsync(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto key = arguments.Region(0, "key", kAesKeyLength, kAesKeyLength);
  const der::Bytes nonce = arguments.Bytes(1, "nonce", kGcmNonceLength, kGcmNonceLength);
  const der::Bytes ciphertext = arguments.Bytes(2, "ciphertext", 1, kMaxInputLength);
  const der::Bytes tag = arguments.Bytes(3, "tag", kGcmTagLength, kGcmTagLength);
  auto job = std::shared_ptr<GcmJob>(new GcmJob());
  if (arguments.ok()) {
    // The copy lies where the plaintext will be: it is decrypted in place.
    const Status status = SecureBytes::CopyOf(ciphertext.data, ciphertext.length, &job->opened);
    if (status != Status::kOk) arguments.Fail(FromStatus(status));
  }
  if (!arguments.ok()) return arguments.Reject();
  job->key = std::make_unique<Pin>(key);
  memcpy(job->nonce, nonce.data, kGcmNonceLength);
  memcpy(job->tag, tag.data, kGcmTagLength);
  const auto work = [job] {
    return AesGcmOpen(job->key->bytes().data(), job->nonce, job->opened.data(),
                      job->opened.length(), job->tag, job->opened.data());
  };
  const auto finish = [job](Napi::Env env) {
    return RegionObject::Make(env, std::move(job->opened));
  };
  return Task::Start(info.Env(), work, finish);
}

Napi::Value CbcEncrypt(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto key = arguments.CbcKey(0, "key");
  const der::Bytes iv = arguments.Bytes(1, "iv", kCbcIvLength, kCbcIvLength);
  const der::Bytes plaintext = arguments.RegionOrBytes(2, "plaintext", kMaxFileLength);
  if (!arguments.ok()) return arguments.Throw();
  std::vector<uint8_t> ciphertext;
  const Status status =
      AesCbcEncrypt(key->bytes(), iv.data, plaintext.data, plaintext.length, &ciphertext);
  return status == Status::kOk ? BytesOf(info.Env(), ciphertext)
                               : Throw(info.Env(), FromStatus(status));
}

Napi::Value CbcDecrypt(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto key = arguments.CbcKey(0, "key");
  const der::Bytes iv = arguments.Bytes(1, "iv", kCbcIvLength, kCbcIvLength);
  const der::Bytes ciphertext = arguments.RegionOrBytes(2, "ciphertext", kMaxFileLength);
  if (!arguments.ok()) return arguments.Throw();
  SecureBytes plaintext;
  const Status status =
      AesCbcDecrypt(key->bytes(), iv.data, ciphertext.data, ciphertext.length, &plaintext);
  if (status != Status::kOk) return Throw(info.Env(), FromStatus(status));
  return RegionObject::Make(info.Env(), std::move(plaintext));
}

}  // namespace nomyo::binding
