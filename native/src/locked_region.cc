#include "locked_region.h"

#include <atomic>
#include <cstring>
#include <new>

namespace nomyo {

namespace {

constexpr size_t kAlignment = 16;

// A region takes up to three entries of vm.max_map_count (65,530 by default, proc(5)); the rest
// is left to the program. V8 aborts the process when none is left.
constexpr int kMaxRegions = 8192;

// 1 TiB: more than any process gets, and safe to round up.
constexpr size_t kMaxLength = size_t{1} << (sizeof(size_t) > 4 ? 40 : 30);

std::atomic<uint64_t> locked_bytes{0};
std::atomic<int> region_count{0};
std::atomic<uint64_t> unlocks{0};

void CountUnlocked(size_t length) {
  locked_bytes.fetch_sub(length);
  unlocks.fetch_add(1);
}

size_t RoundUp(size_t value, size_t unit) {
  return (value + unit - 1) / unit * unit;
}

struct Canary {
  uint8_t bytes[kCanaryLength];
  uint64_t process;

  Canary() : process(pages::ProcessId()) {
    if (!pages::Random(bytes, kCanaryLength)) pages::DieOfCorruption();
  }
};

const Canary& GetCanary() {
  static const Canary canary;
  return canary;
}

bool AllZero(const uint8_t* bytes, size_t length) {
  uint8_t seen = 0;
  for (size_t i = 0; i < length; i++) seen |= bytes[i];
  return seen == 0;
}

}  // namespace

void WriteCanary(uint8_t* at) {
  memcpy(at, GetCanary().bytes, kCanaryLength);
}

bool CanaryIntact(const uint8_t* at, size_t length) {
  const Canary& canary = GetCanary();
  if (memcmp(at, canary.bytes, length) == 0) return true;
  // In a forked child the kernel has wiped the canary with the rest.
  return pages::ProcessId() != canary.process && AllZero(at, length);
}

uint64_t LockedRegion::LockedBytes() {
  return locked_bytes.load();
}

uint64_t LockedRegion::Unlocks() {
  return unlocks.load();
}

LockedRegion::LockedRegion(size_t length)
    : total_(RoundUp(kCanaryLength + RoundUp(length, kAlignment), pages::Size()) +
             2 * pages::Size()),
      length_(length) {}

std::unique_ptr<LockedRegion> LockedRegion::Create(size_t length, RegionKind kind) {
  if (length == 0 || length > kMaxLength) return nullptr;
  if (region_count.fetch_add(1) >= kMaxRegions) {
    region_count.fetch_sub(1);
    return nullptr;
  }
  std::unique_ptr<LockedRegion> region(new (std::nothrow) LockedRegion(length));
  if (region == nullptr) {
    region_count.fetch_sub(1);
    return nullptr;
  }
  const bool mapped = (kind == RegionKind::kSecret && region->MapSecret()) || region->MapOrdinary();
  if (!mapped) return nullptr;
  region->Lay();
  return region;
}

bool LockedRegion::MapSecret() {
  start_ = pages::ReserveSecret(total_);
  if (start_ == nullptr) return false;
  uint8_t* body = start_ + pages::Size();
  if (!pages::Open(body, body_length())) {
    pages::Release(start_, total_);
    start_ = nullptr;
    return false;
  }
  locked_ = true;
  features_.secret_memory = true;
  features_.no_dump = true;  // memfd_secret(2): the kernel cannot read the pages either
  features_.wipe_on_fork = pages::DropInChildren(start_, total_);
  return true;
}

bool LockedRegion::MapOrdinary() {
  start_ = pages::Reserve(total_);
  if (start_ == nullptr) return false;
  uint8_t* body = start_ + pages::Size();
  if (!pages::Open(body, body_length())) {
    pages::Release(start_, total_);
    start_ = nullptr;
    return false;
  }
  features_.no_dump = pages::ExcludeFromDump(body, body_length());
  features_.wipe_on_fork = pages::WipeInChildren(body, body_length());
  locked_ = pages::Lock(body, body_length());
  return true;
}

void LockedRegion::Lay() {
  features_.guard_pages = true;
  const size_t slack = RoundUp(length_, kAlignment) - length_;
  data_ = start_ + total_ - pages::Size() - slack - length_;
  WriteCanary(data_ - kCanaryLength);
  memcpy(data_ + length_, GetCanary().bytes, slack);
  if (locked_) locked_bytes.fetch_add(body_length());
}

bool LockedRegion::Intact() const {
  const size_t slack = RoundUp(length_, kAlignment) - length_;
  return CanaryIntact(data_ - kCanaryLength) && CanaryIntact(data_ + length_, slack);
}

void LockedRegion::End() {
  if (!Intact()) pages::DieOfCorruption();
  pages::Wipe(data_, length_);
}

void LockedRegion::Account() {
  region_count.fetch_sub(1);
  if (locked_) CountUnlocked(body_length());
  locked_ = false;
}

void LockedRegion::Retire() {
  // Pages of memfd_secret go with their mapping alone; JavaScript never has a view of them.
  if (retired_ || features_.secret_memory) return;
  End();
  pages::Retire(start_, total_);
  Account();
  retired_ = true;
}

LockedRegion::~LockedRegion() {
  if (start_ != nullptr) {
    if (!retired_) End();
    pages::Release(start_, total_);
  }
  // Last: a caller that sees the lock released may lock at once.
  if (!retired_) Account();
}

}  // namespace nomyo
