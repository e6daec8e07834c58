#include "errors.h"

namespace nomyo::binding {

JsError WrongType(const char* argument, const char* expected) {
  return {JsError::Kind::kTypeError, "ERR_NOMYO_NATIVE_ARGUMENT_TYPE",
          std::string(argument) + " must be " + expected};
}

JsError OutOfRange(const char* argument, const std::string& expected) {
  return {JsError::Kind::kRangeError, "ERR_NOMYO_NATIVE_ARGUMENT_RANGE",
          std::string(argument) + " must be " + expected};
}

JsError Released(const char* argument) {
  return {JsError::Kind::kError, "ERR_NOMYO_NATIVE_RELEASED",
          std::string(argument) + " was released"};
}

JsError Detached() {
  return {JsError::Kind::kError, "ERR_NOMYO_NATIVE_DETACHED",
          "The view of this region was transferred to another ArrayBuffer"};
}

JsError NotConstructible(const char* name) {
  return {JsError::Kind::kTypeError, "ERR_NOMYO_NATIVE_CONSTRUCTOR",
          std::string(name) + " has no public constructor; use its static methods"};
}

JsError FromStatus(Status status) {
  using Kind = JsError::Kind;
  switch (status) {
    case Status::kOutOfMemory:
      return {Kind::kError, "ERR_NOMYO_NATIVE_OUT_OF_MEMORY", "Out of memory for the region"};
    case Status::kNotLocked:
      return {Kind::kError, "ERR_NOMYO_NATIVE_NOT_LOCKED", "The system refuses to lock more memory"};
    case Status::kUnavailable:
      return {Kind::kError, "ERR_NOMYO_NATIVE_UNAVAILABLE", "Not available in this runtime"};
    case Status::kDecrypt:
      return {Kind::kError, "ERR_NOMYO_NATIVE_DECRYPT", "Decryption failed"};
    case Status::kKey:
      return {Kind::kError, "ERR_NOMYO_NATIVE_KEY", "Not a usable RSA private key"};
    case Status::kOk:
    case Status::kOperation:
      break;
  }
  return {Kind::kError, "ERR_NOMYO_NATIVE_OPERATION", "The operation failed"};
}

napi_value MakeError(napi_env env, const JsError& error) {
  napi_value code = nullptr;
  napi_value message = nullptr;
  napi_value made = nullptr;
  napi_create_string_utf8(env, error.code, NAPI_AUTO_LENGTH, &code);
  napi_create_string_utf8(env, error.message.c_str(), error.message.size(), &message);
  switch (error.kind) {
    case JsError::Kind::kError:
      napi_create_error(env, code, message, &made);
      break;
    case JsError::Kind::kTypeError:
      napi_create_type_error(env, code, message, &made);
      break;
    case JsError::Kind::kRangeError:
      napi_create_range_error(env, code, message, &made);
      break;
  }
  return made;
}

Napi::Value Throw(Napi::Env env, const JsError& error) {
  // A status other than napi_ok means that JavaScript can no longer run: there is no one to tell.
  napi_value made = MakeError(env, error);
  if (made != nullptr) (void)napi_throw(env, made);
  return Napi::Value();
}

Napi::Value Rejected(Napi::Env env, const JsError& error) {
  napi_deferred deferred = nullptr;
  napi_value promise = nullptr;
  if (napi_create_promise(env, &deferred, &promise) != napi_ok) return Napi::Value();
  (void)napi_reject_deferred(env, deferred, MakeError(env, error));
  return Napi::Value(env, promise);
}

}  // namespace nomyo::binding
