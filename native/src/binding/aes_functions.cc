#include "aes_functions.h"

#include <utility>

#include "../aes_cbc.h"
#include "../aes_gcm.h"
#include "arguments.h"
#include "region_object.h"

namespace nomyo::binding {

Napi::Value GcmOpen(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto key = arguments.Region(0, "key", kAesKeyLength, kAesKeyLength);
  const der::Bytes nonce = arguments.Bytes(1, "nonce", kGcmNonceLength, kGcmNonceLength);
  const der::Bytes ciphertext = arguments.Bytes(2, "ciphertext", 1, kMaxInputLength);
  const der::Bytes tag = arguments.Bytes(3, "tag", kGcmTagLength, kGcmTagLength);
  const LockRule rule = arguments.MustLock(4);
  const der::Bytes aad = arguments.OptionalBytes(5, "aad", kMaxInputLength);
  if (!arguments.ok()) return arguments.Throw();
  SecureBytes opened;
  Status status = SecureBytes::Allocate(ciphertext.length, rule, &opened);
  if (status == Status::kOk) {
    status = AesGcmOpen(key->bytes().data(), {nonce.data, aad, ciphertext, tag.data}, opened.data());
  }
  if (status != Status::kOk) return Throw(info.Env(), FromStatus(status));
  return RegionObject::Make(info.Env(), std::move(opened));
}

Napi::Value CbcDecrypt(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto key = arguments.CbcKey(0, "key");
  const der::Bytes iv = arguments.Bytes(1, "iv", kCbcIvLength, kCbcIvLength);
  const der::Bytes ciphertext = arguments.Bytes(2, "ciphertext", 1, kMaxFileLength);
  const LockRule rule = arguments.MustLock(3);
  if (!arguments.ok()) return arguments.Throw();
  SecureBytes plaintext;
  const Status status =
      AesCbcDecrypt(key->bytes(), iv.data, ciphertext.data, ciphertext.length, rule, &plaintext);
  if (status != Status::kOk) return Throw(info.Env(), FromStatus(status));
  return RegionObject::Make(info.Env(), std::move(plaintext));
}

}  // namespace nomyo::binding
