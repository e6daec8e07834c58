#include "key_object.h"

#include <utility>
#include <vector>

#include "addon_data.h"
#include "arguments.h"
#include "errors.h"
#include "region_object.h"
#include "task.h"
#include "values.h"

namespace nomyo::binding {

namespace {

// As in region_object.cc, and different from it.
const char kTagAnchor = 0;
const napi_type_tag kTag = {reinterpret_cast<uintptr_t>(&kTagAnchor), 0x3a64d7f18be20c95};

constexpr size_t kMaxDerLength = 64 * 1024;  // bytes; RSA-16384 takes less than 10 KiB

// The inputs of an unwrap while it runs, and its result.
struct UnwrapJob {
  std::shared_ptr<const RsaPrivateKey> key;
  std::vector<uint8_t> wrapped;
  LockRule rule = LockRule::kPreferred;
  SecureBytes result;
};

}  // namespace

Napi::Function KeyObject::Define(Napi::Env env) {
  return DefineClass(env, kName,
                     {StaticMethod("fromDer", &KeyObject::FromDer),
                      InstanceAccessor("modulusLength", &KeyObject::ModulusLength, nullptr),
                      InstanceAccessor("locked", &KeyObject::Locked, nullptr),
                      InstanceAccessor("secretMemory", &KeyObject::SecretMemory, nullptr),
                      InstanceAccessor("disposed", &KeyObject::Disposed, nullptr),
                      InstanceMethod("unwrap", &KeyObject::UnwrapKey),
                      InstanceMethod("dispose", &KeyObject::Dispose)});
}

KeyObject::KeyObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<KeyObject>(info) {
  std::unique_ptr<RsaPrivateKey>* pending = AddonData::Of(info.Env())->pending_key;
  if (pending == nullptr) {
    Throw(info.Env(), NotConstructible(kName));
    return;
  }
  if (napi_type_tag_object(info.Env(), info.This(), &kTag) != napi_ok) return;
  key_ = std::move(*pending);
  modulus_bits_ = key_->modulus_bits();
  locked_ = key_->memory().locked();
  secret_memory_ = key_->memory().features().secret_memory;
}

KeyObject* KeyObject::Unwrap(const Napi::Object& self) {
  void* object = UnwrapTagged(self, kTag);
  if (object == nullptr) Throw(self.Env(), WrongType("this", "a NativePrivateKey"));
  return static_cast<KeyObject*>(object);
}

Napi::Value KeyObject::FromDer(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto der = arguments.Region(0, "der", 1, kMaxDerLength);
  const LockRule rule = arguments.MustLock(1);
  if (!arguments.ok()) return arguments.Throw();
  std::unique_ptr<RsaPrivateKey> key;
  const der::Bytes encoded = {der->bytes().data(), der->bytes().length()};
  const Status status = RsaPrivateKey::FromDer(encoded, rule, &key);
  if (status != Status::kOk) return Throw(info.Env(), FromStatus(status));
  AddonData* data = AddonData::Of(info.Env());
  data->pending_key = &key;
  const Napi::Value made = AddonData::Construct(data->key_class);
  data->pending_key = nullptr;
  return made;
}

Napi::Value KeyObject::ModulusLength(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(modulus_bits_));
}

Napi::Value KeyObject::Locked(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), locked_);
}

Napi::Value KeyObject::SecretMemory(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), secret_memory_);
}

Napi::Value KeyObject::Disposed(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), key_ == nullptr);
}

Napi::Value KeyObject::UnwrapKey(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  auto job = std::shared_ptr<UnwrapJob>(new UnwrapJob());
  job->wrapped = arguments.BytesCopy(0, "wrapped", 1, kMaxModulusBits / 8);
  job->rule = arguments.MustLock(1);
  if (key_ == nullptr) arguments.Fail(Released(kName));
  if (!arguments.ok()) return arguments.Reject();
  job->key = key_;
  return Task::Start(
      info.Env(),
      [job] {
        const auto& wrapped = job->wrapped;
        return job->key->Unwrap(wrapped.data(), wrapped.size(), job->rule, &job->result);
      },
      [job](Napi::Env env) { return RegionObject::Make(env, std::move(job->result)); });
}

void KeyObject::Dispose(const Napi::CallbackInfo&) {
  key_.reset();
}

}  // namespace nomyo::binding
