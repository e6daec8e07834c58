// AES-256-GCM and AES-CBC as JavaScript functions.
#pragma once

#include <napi.h>

namespace nomyo::binding {

Napi::Value GcmOpen(const Napi::CallbackInfo& info);
Napi::Value CbcDecrypt(const Napi::CallbackInfo& info);

}  // namespace nomyo::binding
