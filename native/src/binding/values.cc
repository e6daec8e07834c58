#include "values.h"

#include <cstring>

namespace nomyo::binding {

Napi::Value NewBytes(Napi::Env env, size_t length, uint8_t** data) {
  napi_value buffer = nullptr;
  napi_value bytes = nullptr;
  void* start = nullptr;
  if (napi_create_arraybuffer(env, length, &start, &buffer) != napi_ok) return Napi::Value();
  if (napi_create_typedarray(env, napi_uint8_array, length, buffer, 0, &bytes) != napi_ok) {
    return Napi::Value();
  }
  *data = static_cast<uint8_t*>(start);
  return Napi::Value(env, bytes);
}

Napi::Value BytesOf(Napi::Env env, const std::vector<uint8_t>& bytes) {
  uint8_t* data = nullptr;
  const Napi::Value made = NewBytes(env, bytes.size(), &data);
  if (!made.IsEmpty() && !bytes.empty()) memcpy(data, bytes.data(), bytes.size());
  return made;
}

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
