// The JavaScript class NativePrivateKey.
#pragma once

#include <napi.h>

#include <memory>

#include "../rsa.h"

namespace nomyo::binding {

class KeyObject : public Napi::ObjectWrap<KeyObject> {
 public:
  static constexpr const char* kName = "NativePrivateKey";

  explicit KeyObject(const Napi::CallbackInfo& info);

  static Napi::Function Define(Napi::Env env);

  // Called for `this` of every method. nullptr and an exception: not one of ours.
  static KeyObject* Unwrap(const Napi::Object& self);

 private:
  static Napi::Value FromDer(const Napi::CallbackInfo& info);
  Napi::Value ModulusLength(const Napi::CallbackInfo& info);
  Napi::Value Locked(const Napi::CallbackInfo& info);
  Napi::Value SecretMemory(const Napi::CallbackInfo& info);
  Napi::Value Disposed(const Napi::CallbackInfo& info);
  Napi::Value UnwrapKey(const Napi::CallbackInfo& info);
  void Dispose(const Napi::CallbackInfo& info);

  // Shared with the operations that run; wiped when the last of them is done.
  std::shared_ptr<const RsaPrivateKey> key_;
  size_t modulus_bits_ = 0;
  bool locked_ = false;
  bool secret_memory_ = false;
};

}  // namespace nomyo::binding
