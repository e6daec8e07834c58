// The memory behind a SecureRegion, shared by everybody who may still read or write it: the handle,
// the ArrayBuffer of its view, and native operations that run on the thread pool. It is given back
// (and wiped once more) when the last of them is gone, never earlier.
//
// Created, pinned and destroyed on the JavaScript thread of its environment only.
#pragma once

#include <node_api.h>

#include <memory>

#include "../secure_bytes.h"

namespace nomyo::binding {

class SharedRegion {
 public:
  SharedRegion(napi_env env, SecureBytes bytes);
  ~SharedRegion();
  SharedRegion(const SharedRegion&) = delete;
  SharedRegion& operator=(const SharedRegion&) = delete;

  const SecureBytes& bytes() const { return bytes_; }

  // Zeroes now; while an operation of ours runs on the bytes, when that has ended. (Otherwise a
  // seal on the thread pool could find its key half wiped, and encrypt with zeros.)
  void Wipe();

 private:
  friend class Pin;

  napi_env env_;
  SecureBytes bytes_;
  int64_t footprint_;
  int pins_ = 0;
  bool wipe_when_idle_ = false;
};

// Keeps a region, and its contents, while an operation runs.
class Pin {
 public:
  explicit Pin(std::shared_ptr<SharedRegion> region);
  ~Pin();
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

  const SecureBytes& bytes() const { return region_->bytes(); }

 private:
  std::shared_ptr<SharedRegion> region_;
};

}  // namespace nomyo::binding
