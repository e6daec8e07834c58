// The memory behind a SecureRegion, shared by the handle and the ArrayBuffer of its view. Its addresses
// are released with the last of them, never earlier: zlib, crypto and fs jobs may write to the view long
// after its owner is done.
//
// Created and destroyed on the JavaScript thread of its environment only.
#pragma once

#include <node_api.h>

#include "../secure_bytes.h"

namespace nomyo::binding {

class SharedRegion {
 public:
  SharedRegion(napi_env env, SecureBytes bytes);
  ~SharedRegion();
  SharedRegion(const SharedRegion&) = delete;
  SharedRegion& operator=(const SharedRegion&) = delete;

  const SecureBytes& bytes() const { return bytes_; }

  void Wipe() { bytes_.Wipe(); }

  // The owner is done: see SecureBytes::Retire().
  void Retire() { bytes_.Retire(); }

 private:
  napi_env env_;
  SecureBytes bytes_;
  int64_t footprint_;
};

}  // namespace nomyo::binding
