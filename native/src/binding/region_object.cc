#include "region_object.h"

#include <utility>

#include "addon_data.h"
#include "arguments.h"
#include "errors.h"
#include "values.h"

namespace nomyo::binding {

namespace {

// Its address differs between two builds in one process: an object of the other one is refused,
// whatever its layout.
const char kTagAnchor = 0;
const napi_type_tag kTag = {reinterpret_cast<uintptr_t>(&kTagAnchor), 0x9f1c5d20a7e84b63};

// The memory is freed once V8 can no longer reach the buffer; pending zlib, crypto and fs jobs on the
// thread pool count as references.
napi_value MakeBuffer(napi_env env, const std::shared_ptr<SharedRegion>& shared) {
  auto* keep = new std::shared_ptr<SharedRegion>(shared);
  const auto drop = [](napi_env, void*, void* hint) {
    delete static_cast<std::shared_ptr<SharedRegion>*>(hint);
  };
  const SecureBytes& bytes = shared->bytes();
  napi_value buffer = nullptr;
  if (napi_create_external_arraybuffer(env, bytes.data(), bytes.length(), drop, keep, &buffer) !=
      napi_ok) {
    delete keep;  // an engine that allows no external buffers (Electron), or one about to end
    return nullptr;
  }
  return buffer;
}

}  // namespace

Napi::Function RegionObject::Define(Napi::Env env) {
  return DefineClass(
      env, kName,
      {StaticMethod("allocate", &RegionObject::Allocate),
       StaticMethod("from", &RegionObject::CopyOf),
       InstanceAccessor("length", &RegionObject::Length, nullptr),
       InstanceAccessor("locked", &RegionObject::Locked, nullptr),
       InstanceAccessor("released", &RegionObject::IsReleased, nullptr),
       InstanceMethod("view", &RegionObject::View), InstanceMethod("wipe", &RegionObject::Wipe),
       InstanceMethod("release", &RegionObject::Release)});
}

RegionObject::RegionObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<RegionObject>(info) {
  SecureBytes* pending = AddonData::Of(info.Env())->pending_region;
  if (pending == nullptr) {
    Throw(info.Env(), NotConstructible(kName));
    return;
  }
  if (napi_type_tag_object(info.Env(), info.This(), &kTag) != napi_ok) return;
  length_ = pending->length();
  locked_ = pending->locked();
  shared_ = std::shared_ptr<SharedRegion>(new SharedRegion(info.Env(), std::move(*pending)));
}

Napi::Value RegionObject::Make(Napi::Env env, SecureBytes bytes) {
  AddonData* data = AddonData::Of(env);
  data->pending_region = &bytes;
  const Napi::Value made = data->Construct(data->region_class);
  data->pending_region = nullptr;
  return made;
}

RegionObject* RegionObject::From(const Napi::Value& value) {
  return static_cast<RegionObject*>(UnwrapTagged(value, kTag));
}

RegionObject* RegionObject::Unwrap(const Napi::Object& self) {
  RegionObject* object = From(self);
  if (object == nullptr) Throw(self.Env(), WrongType("this", "a SecureRegion"));
  return object;
}

Napi::Value RegionObject::Allocate(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const size_t length = arguments.Size(0, "length", 1, kMaxRegionLength);
  const LockRule rule = arguments.MustLock(1);
  if (!arguments.ok()) return arguments.Throw();
  SecureBytes bytes;
  const Status status = SecureBytes::Allocate(length, rule, &bytes);
  if (status != Status::kOk) return binding::Throw(info.Env(), FromStatus(status));
  return Make(info.Env(), std::move(bytes));
}

Napi::Value RegionObject::CopyOf(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const der::Bytes source = arguments.Bytes(0, "bytes", 1, kMaxRegionLength);
  const LockRule rule = arguments.MustLock(1);
  if (!arguments.ok()) return arguments.Throw();
  SecureBytes bytes;
  const Status status = SecureBytes::CopyOf(source.data, source.length, rule, &bytes);
  if (status != Status::kOk) return binding::Throw(info.Env(), FromStatus(status));
  return Make(info.Env(), std::move(bytes));
}

Napi::Value RegionObject::Length(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(length_));
}

Napi::Value RegionObject::Locked(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), locked_);
}

Napi::Value RegionObject::IsReleased(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), shared_ == nullptr);
}

Napi::Value RegionObject::View(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (shared_ == nullptr) return Throw(env, Released(kName));
  if (buffer_.IsEmpty()) {
    napi_value made = MakeBuffer(env, shared_);
    if (made == nullptr) return Throw(env, FromStatus(Status::kUnavailable));
    buffer_ = Napi::Reference<Napi::ArrayBuffer>::New(Napi::ArrayBuffer(env, made), 1);
    if (buffer_.IsEmpty()) return Napi::Value();
  }
  Napi::ArrayBuffer buffer = buffer_.Value();
  if (buffer.IsEmpty()) return Napi::Value();
  if (buffer.ByteLength() != length_) return Throw(env, Detached());
  napi_value view = nullptr;
  (void)napi_create_typedarray(env, napi_uint8_array, length_, buffer, 0, &view);
  return Napi::Value(env, view);
}

void RegionObject::Wipe(const Napi::CallbackInfo&) {
  if (shared_ != nullptr) shared_->Wipe();
}

void RegionObject::Release(const Napi::CallbackInfo&) {
  if (shared_ == nullptr) return;
  // Without a view nothing else has the address, so the memory is freed at once.
  if (!buffer_.IsEmpty()) shared_->Retire();
  shared_.reset();
  buffer_.Reset();
}

}  // namespace nomyo::binding
