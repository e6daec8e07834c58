// The state of one environment (the main thread or one worker): nothing in the binding is
// global.
#pragma once

#include <napi.h>

#include "../secure_bytes.h"

namespace nomyo {
class RsaPrivateKey;
}

namespace nomyo::binding {

struct AddonData {
  Napi::FunctionReference region_class;
  Napi::FunctionReference key_class;

  // Taken over by the next constructor call. Empty when JavaScript called the constructor, which is
  // not allowed.
  SecureBytes* pending_region = nullptr;
  std::unique_ptr<RsaPrivateKey>* pending_key = nullptr;

  static AddonData* Of(Napi::Env env) { return env.GetInstanceData<AddonData>(); }

  // Empty when JavaScript can no longer run.
  static Napi::Value Construct(const Napi::FunctionReference& constructor) {
    const Napi::Env env = constructor.Env();
    const Napi::Function function = constructor.Value();
    napi_value made = nullptr;
    if (napi_new_instance(env, function, 0, nullptr, &made) != napi_ok) return Napi::Value();
    return Napi::Value(env, made);
  }
};

}  // namespace nomyo::binding
