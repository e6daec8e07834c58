#include "values.h"

namespace nomyo::binding {

bool Set(Napi::Env env, napi_value object, const char* name, napi_value value) {
  return value != nullptr && napi_set_named_property(env, object, name, value) == napi_ok;
}

Napi::Value NewObject(Napi::Env env) {
  napi_value object = nullptr;
  (void)napi_create_object(env, &object);
  return Napi::Value(env, object);
}

void* UnwrapTagged(const Napi::Value& value, const napi_type_tag& tag) {
  bool ours = false;
  void* unwrapped = nullptr;
  if (value.IsEmpty() || !value.IsObject()) return nullptr;
  const napi_env env = value.Env();
  if (napi_check_object_type_tag(env, value, &tag, &ours) != napi_ok || !ours) return nullptr;
  return napi_unwrap(env, value, &unwrapped) == napi_ok ? unwrapped : nullptr;
}

}  // namespace nomyo::binding
