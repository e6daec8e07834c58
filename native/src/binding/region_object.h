// The JavaScript class SecureRegion.
#pragma once

#include <napi.h>

#include <memory>

#include "shared_region.h"

namespace nomyo::binding {

class RegionObject : public Napi::ObjectWrap<RegionObject> {
 public:
  static constexpr const char* kName = "SecureRegion";

  explicit RegionObject(const Napi::CallbackInfo& info);

  static Napi::Function Define(Napi::Env env);

  // Empty when JavaScript can no longer run; an exception may be pending.
  static Napi::Value Make(Napi::Env env, SecureBytes bytes);

  // nullptr: not one of ours.
  static RegionObject* From(const Napi::Value& value);

  // Called for `this` of every method: a getter can be applied to any object. nullptr and an
  // exception: not one of ours.
  static RegionObject* Unwrap(const Napi::Object& self);

  // Empty after release().
  const std::shared_ptr<SharedRegion>& shared() const { return shared_; }

 private:
  static Napi::Value Allocate(const Napi::CallbackInfo& info);
  static Napi::Value CopyOf(const Napi::CallbackInfo& info);
  Napi::Value Length(const Napi::CallbackInfo& info);
  Napi::Value Locked(const Napi::CallbackInfo& info);
  Napi::Value IsReleased(const Napi::CallbackInfo& info);
  Napi::Value View(const Napi::CallbackInfo& info);
  void Wipe(const Napi::CallbackInfo& info);
  void Release(const Napi::CallbackInfo& info);

  std::shared_ptr<SharedRegion> shared_;
  Napi::Reference<Napi::ArrayBuffer> buffer_;  // of the view, once there is one
  size_t length_ = 0;
  bool locked_ = false;
};

}  // namespace nomyo::binding
