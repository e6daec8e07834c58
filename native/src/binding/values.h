// Makes JavaScript values of what the lower layer returns.
#pragma once

#include <napi.h>

#include <vector>

namespace nomyo::binding {

// A Uint8Array on a buffer that V8 owns; `*data` is where to write. Empty: no memory.
Napi::Value NewBytes(Napi::Env env, size_t length, uint8_t** data);

Napi::Value BytesOf(Napi::Env env, const std::vector<uint8_t>& bytes);

// Sets a property; false when JavaScript cannot run any more.
bool Set(Napi::Env env, napi_value object, const char* name, napi_value value);

Napi::Value NewObject(Napi::Env env);

// What napi_wrap() put behind an object that carries this tag. nullptr: any other value.
void* UnwrapTagged(const Napi::Value& value, const napi_type_tag& tag);

}  // namespace nomyo::binding
