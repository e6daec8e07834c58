// Values for JavaScript. An empty value, or false, means that JavaScript can no longer run.
#pragma once

#include <napi.h>

namespace nomyo::binding {

bool Set(Napi::Env env, napi_value object, const char* name, napi_value value);

Napi::Value NewObject(Napi::Env env);

// The content of a wrapped object of ours; nullptr if `value` is no object with this tag.
void* UnwrapTagged(const Napi::Value& value, const napi_type_tag& tag);

}  // namespace nomyo::binding
