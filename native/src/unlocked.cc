#include "unlocked.h"

#include <atomic>
#include <utility>

namespace nomyo {

namespace {

std::atomic<uint64_t> live_bytes{0};
std::atomic<uint64_t> live_regions{0};
std::atomic<uint64_t> total_bytes{0};
std::atomic<uint64_t> total_regions{0};

}  // namespace

UnlockedShare::UnlockedShare(UnlockedShare&& other) noexcept
    : bytes_(std::exchange(other.bytes_, 0)) {}

UnlockedShare& UnlockedShare::operator=(UnlockedShare&& other) noexcept {
  if (this == &other) return *this;
  Clear();
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

void UnlockedShare::Set(size_t bytes) {
  if (bytes_ > 0) return;
  bytes_ = bytes;
  live_bytes.fetch_add(bytes);
  live_regions.fetch_add(1);
  total_bytes.fetch_add(bytes);
  total_regions.fetch_add(1);
}

void UnlockedShare::Clear() {
  if (bytes_ == 0) return;
  live_bytes.fetch_sub(std::exchange(bytes_, 0));
  live_regions.fetch_sub(1);
}

UnlockedCounts UnlockedShare::Counts() {
  return {live_bytes.load(), live_regions.load(), total_bytes.load(), total_regions.load()};
}

}  // namespace nomyo
