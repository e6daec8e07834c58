// Reads the arguments of one call. Nothing is coerced and no JavaScript runs, so that nothing can
// change between the checks and the work. The first error is kept; later calls
// return empty values.
#pragma once

#include <napi.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../der.h"
#include "errors.h"
#include "shared_region.h"

namespace nomyo::binding {

constexpr size_t kMaxRegionLength = size_t{1} << 30;  // 1 GiB
constexpr size_t kMaxInputLength = kMaxRegionLength;
constexpr size_t kMaxFileLength = size_t{16} << 20;  // 16 MiB; a key file has some 4 KiB

class Arguments {
 public:
  explicit Arguments(const Napi::CallbackInfo& info) : info_(info) {}

  bool ok() const { return !error_.has_value(); }
  Napi::Value Throw() const { return binding::Throw(info_.Env(), *error_); }
  Napi::Value Reject() const { return Rejected(info_.Env(), *error_); }

  // A whole number.
  size_t Size(size_t index, const char* name, size_t least, size_t most);

  // Whether memory that cannot be locked is refused: `true` or `false`; left out, `false`.
  LockRule MustLock(size_t index);

  // A Uint8Array; valid until the call returns.
  der::Bytes Bytes(size_t index, const char* name, size_t least, size_t most);
  // The same; left out, no bytes.
  der::Bytes OptionalBytes(size_t index, const char* name, size_t most);
  std::vector<uint8_t> BytesCopy(size_t index, const char* name, size_t least, size_t most);

  // A SecureRegion that was not released.
  std::shared_ptr<SharedRegion> Region(size_t index, const char* name, size_t least, size_t most);

  // The same, 16, 24 or 32 bytes long.
  std::shared_ptr<SharedRegion> CbcKey(size_t index, const char* name);

  void Fail(const JsError& error) {
    if (ok()) error_ = error;
  }

 private:
  bool CheckLength(size_t length, const char* name, size_t least, size_t most);

  const Napi::CallbackInfo& info_;
  std::optional<JsError> error_;
};

}  // namespace nomyo::binding
