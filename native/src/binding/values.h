// Values for JavaScript. An empty value, or false, means that JavaScript can no longer run.
#pragma once

#include <napi.h>

namespace nomyo::binding {

bool Set(Napi::Env env, napi_value object, const char* name, napi_value value);

Napi::Value NewObject(Napi::Env env);

// What a wrapped object of ours holds; nullptr when `value` is none with this tag.
void* UnwrapTagged(const Napi::Value& value, const napi_type_tag& tag);

}  // namespace nomyo::binding
