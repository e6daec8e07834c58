#include <memory>
#include <utility>

#include "../pkcs5.h"
#include "arguments.h"
#include "region_object.h"
#include "symmetric.h"
#include "task.h"

namespace nomyo::binding {

namespace {

constexpr size_t kMaxPasswordLength = 4096;           // bytes
constexpr size_t kMaxDerivedLength = 1024;            // bytes
constexpr size_t kMaxIterations = 100 * 1000 * 1000;  // minutes of work; files are not trusted
constexpr size_t kMaxScryptParallel = 1024;

// WebCrypto's names and OpenSSL's.
struct Digest {
  const char* name;
  const char* openssl;
};
constexpr Digest kDigests[] = {{"SHA-1", "SHA1"},
                               {"SHA-224", "SHA224"},
                               {"SHA-256", "SHA256"},
                               {"SHA-384", "SHA384"},
                               {"SHA-512", "SHA512"}};

const char* FindDigest(const std::string& name) {
  for (const Digest& digest : kDigests) {
    if (name == digest.name) return digest.openssl;
  }
  return nullptr;
}

struct KdfJob {
  std::unique_ptr<Pin> password;
  std::vector<uint8_t> salt;
  SecureBytes derived;
};

// The arguments that both functions share: password, salt, and the length of the result.
std::shared_ptr<KdfJob> ReadJob(Arguments* arguments, size_t length_index) {
  auto job = std::shared_ptr<KdfJob>(new KdfJob());
  const size_t length = arguments->Size(length_index, "length", 1, kMaxDerivedLength);
  job->salt = arguments->BytesCopy(1, "salt", 1, kMaxSaltLength);
  const auto password = arguments->RegionOrCopy(0, "password", kMaxPasswordLength);
  if (!arguments->ok()) return job;
  job->password = std::make_unique<Pin>(password);
  const Status status = SecureBytes::Allocate(length, &job->derived);
  if (status != Status::kOk) arguments->Fail(FromStatus(status));
  return job;
}

Task::Finish HandOver(const std::shared_ptr<KdfJob>& job) {
  return [job](Napi::Env env) { return RegionObject::Make(env, std::move(job->derived)); };
}

}  // namespace

Napi::Value DerivePbkdf2(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto iterations = static_cast<uint32_t>(arguments.Size(2, "iterations", 1, kMaxIterations));
  const std::string hash = arguments.Text(3, "hash");
  const char* digest = FindDigest(hash);
  if (digest == nullptr) {
    arguments.Fail(OutOfRange("hash", "SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512"));
  }
  const auto job = ReadJob(&arguments, 4);
  if (!arguments.ok()) return arguments.Reject();
  const auto work = [job, iterations, digest] {
    return Pbkdf2(job->password->bytes(), job->salt, iterations, digest, &job->derived);
  };
  return Task::Start(info.Env(), work, HandOver(job));
}

Napi::Value DeriveScrypt(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  ScryptCost cost{};
  cost.n = arguments.SizeIn(2, "cost", "N", 2, kScryptMaxMemory / 128);
  cost.r = arguments.SizeIn(2, "cost", "r", 1, kScryptMaxMemory / 128);
  cost.p = arguments.SizeIn(2, "cost", "p", 1, kMaxScryptParallel);
  if (arguments.ok() && ((cost.n & (cost.n - 1)) != 0 || !ScryptFits(cost))) {
    arguments.Fail(OutOfRange("cost", "N a power of two, and at most 1 GiB in all"));
  }
  const auto job = ReadJob(&arguments, 3);
  if (!arguments.ok()) return arguments.Reject();
  const auto work = [job, cost] {
    return Scrypt(job->password->bytes(), job->salt, cost, &job->derived);
  };
  return Task::Start(info.Env(), work, HandOver(job));
}

}  // namespace nomyo::binding
