// The exports of the addon. Everything in this folder only converts between JavaScript and the
// lower layer; it is loaded once per environment and keeps no global state.
#include <napi.h>

#include "../openssl.h"
#include "addon_data.h"
#include "aes_functions.h"
#include "arguments.h"
#include "key_object.h"
#include "region_object.h"
#include "task.h"
#include "values.h"

namespace nomyo::binding {

namespace {

constexpr int kAbiVersion = 3;  // index.js refuses another one

Napi::Value GeneratePkcs8(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const size_t bits = arguments.Size(0, "bits", kMinModulusBits, kMaxGeneratedBits);
  if (bits % 1024 != 0) arguments.Fail(OutOfRange("bits", "2048, 3072 or 4096"));
  const LockRule rule = arguments.MustLock(1);
  if (!arguments.ok()) return arguments.Reject();
  auto der = std::shared_ptr<SecureBytes>(new SecureBytes());
  return Task::Start(
      info.Env(), [der, bits, rule] { return GenerateRsaPkcs8(bits, rule, der.get()); },
      [der](Napi::Env env) { return RegionObject::Make(env, std::move(*der)); });
}

// Finds out what the system grants right now: locks one page and unlocks it again.
std::unique_ptr<LockedRegion> Probe(RegionKind kind) {
  return LockedRegion::Create(pages::Size() - kCanaryLength, kind);
}

Napi::Value Features(Napi::Env env, const LockedRegion* ordinary, const LockedRegion* secret) {
  const RegionFeatures none;
  const RegionFeatures& now = ordinary == nullptr ? none : ordinary->features();
  const bool secret_memory = secret != nullptr && secret->features().secret_memory;
  const Napi::Value made = NewObject(env);
  if (made.IsEmpty()) return made;
  Set(env, made, "guardPages", Napi::Boolean::New(env, now.guard_pages));
  Set(env, made, "noDump", Napi::Boolean::New(env, now.no_dump));
  Set(env, made, "wipeOnFork", Napi::Boolean::New(env, now.wipe_on_fork));
  Set(env, made, "secretMemory", Napi::Boolean::New(env, secret_memory));
  return made;
}

void SetCount(Napi::Env env, napi_value object, const char* name, uint64_t count) {
  Set(env, object, name, Napi::Number::New(env, static_cast<double>(count)));
}

std::string WhyNotLocked(const pages::LockLimit& limit) {
  std::string why = pages::LastLockError();
  if (why.empty()) why = "no memory";
  return why + "; the limit is " +
         (limit.unlimited ? "none" : std::to_string(limit.bytes) + " bytes");
}

Napi::Value Info(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint64_t locked = LockedRegion::LockedBytes();
  const uint64_t shared = Arena::Shared().LockedBytes();
  const UnlockedCounts unlocked = UnlockedShare::Counts();
  const pages::LockLimit limit = pages::GetLockLimit();
  const auto secret = Probe(RegionKind::kSecret);
  const auto ordinary = Probe(RegionKind::kOrdinary);
  const bool can_lock = ordinary != nullptr && ordinary->locked();
  const Napi::Value made = NewObject(env);
  if (made.IsEmpty()) return made;
  Set(env, made, "canLock", Napi::Boolean::New(env, can_lock));
  SetCount(env, made, "lockedBytes", locked);
  SetCount(env, made, "sharedBytes", shared);
  SetCount(env, made, "unlockedBytes", unlocked.bytes);
  SetCount(env, made, "unlockedRegions", unlocked.regions);
  SetCount(env, made, "totalUnlockedBytes", unlocked.total_bytes);
  SetCount(env, made, "totalUnlockedRegions", unlocked.total_regions);
  Set(env, made, "limitBytes",
      limit.unlimited ? env.Null() : Napi::Number::New(env, static_cast<double>(limit.bytes)));
  Set(env, made, "features", Features(env, ordinary.get(), secret.get()));
  Set(env, made, "nativeCrypto", Napi::Boolean::New(env, OpenSsl::Get() != nullptr));
  if (!can_lock) Set(env, made, "reason", Napi::String::New(env, WhyNotLocked(limit)));
  return made;
}

struct Export {
  const char* name;
  Napi::Value (*function)(const Napi::CallbackInfo&);
};

constexpr Export kExports[] = {
    {"info", Info},
    {"aesGcmOpen", GcmOpen},
    {"aesCbcDecrypt", CbcDecrypt},
    {"generatePkcs8", GeneratePkcs8},
};

}  // namespace

static Napi::Object Register(Napi::Env env, Napi::Object exports) {
  pages::KeepLibraryLoaded();
  auto* data = new AddonData();
  env.SetInstanceData(data);
  const Napi::Function region_class = RegionObject::Define(env);
  const Napi::Function key_class = KeyObject::Define(env);
  data->region_class = Napi::Persistent(region_class);
  data->key_class = Napi::Persistent(key_class);
  Set(env, exports, "abiVersion", Napi::Number::New(env, kAbiVersion));
  Set(env, exports, RegionObject::kName, region_class);
  Set(env, exports, KeyObject::kName, key_class);
  for (const Export& entry : kExports) {
    Set(env, exports, entry.name, Napi::Function::New(env, entry.function, entry.name));
  }
  return exports;
}

}  // namespace nomyo::binding

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  return nomyo::binding::Register(env, exports);
}

NODE_API_MODULE(nomyo_native, Init)
