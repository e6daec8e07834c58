// Every error that JavaScript can see, with its stable code. Messages never hold a value that was
// passed in.
#pragma once

#include <napi.h>

#include <string>

#include "../status.h"

namespace nomyo::binding {

struct JsError {
  enum class Kind { kError, kTypeError, kRangeError };
  Kind kind;
  const char* code;
  std::string message;
};

JsError WrongType(const char* argument, const char* expected);
JsError OutOfRange(const char* argument, const std::string& expected);
JsError Released(const char* argument);
JsError Detached();
JsError NotConstructible(const char* name);
JsError FromStatus(Status status);

// Throws, and returns the empty value that a native function hands back then. Does nothing when an
// exception is pending or the environment is about to end.
Napi::Value Throw(Napi::Env env, const JsError& error);

napi_value MakeError(napi_env env, const JsError& error);

// An already rejected promise: functions that return promises never throw.
Napi::Value Rejected(Napi::Env env, const JsError& error);

}  // namespace nomyo::binding
