// AES-256-GCM, AES-CBC and key derivation as JavaScript functions.
#pragma once

#include <napi.h>

namespace nomyo::binding {

Napi::Value Seal(const Napi::CallbackInfo& info);
Napi::Value SealAsync(const Napi::CallbackInfo& info);
Napi::Value Open(const Napi::CallbackInfo& info);
Napi::Value OpenAsync(const Napi::CallbackInfo& info);
Napi::Value CbcEncrypt(const Napi::CallbackInfo& info);
Napi::Value CbcDecrypt(const Napi::CallbackInfo& info);
Napi::Value DerivePbkdf2(const Napi::CallbackInfo& info);
Napi::Value DeriveScrypt(const Napi::CallbackInfo& info);

}  // namespace nomyo::binding
