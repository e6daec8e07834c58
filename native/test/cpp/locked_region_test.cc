#include "../../src/locked_region.h"

#include <cstring>
#include <utility>
#include <vector>

#include "harness.h"
#include "tests.h"

using nomyo::LockedRegion;
using nomyo::RegionKind;

namespace {

constexpr RegionKind kKinds[] = {RegionKind::kOrdinary, RegionKind::kSecret};

void EveryLengthIsUsableToItsEnds() {
  for (const RegionKind kind : kKinds) {
    for (const size_t length : {1, 15, 16, 17, 31, 4080, 4081, 4096, 5001, 100000}) {
      const auto region = LockedRegion::Create(length, kind);
      CHECK(region != nullptr && region->length() == length);
      CHECK(reinterpret_cast<uintptr_t>(region->data()) % 16 == 0);
      memset(region->data(), 0xff, length);
    }
  }
}

void ZeroAndHugeLengthsAreRefused() {
  CHECK(LockedRegion::Create(0, RegionKind::kOrdinary) == nullptr);
  CHECK(LockedRegion::Create(SIZE_MAX, RegionKind::kOrdinary) == nullptr);
  CHECK(LockedRegion::Create(SIZE_MAX - 4096, RegionKind::kSecret) == nullptr);
  CHECK(LockedRegion::Create(SIZE_MAX / 2, RegionKind::kOrdinary) == nullptr);
}

void LockedBytesAreCounted() {
  const uint64_t before = LockedRegion::LockedBytes();
  {
    const auto region = LockedRegion::Create(10000, RegionKind::kOrdinary);
    CHECK(region->locked());
    const uint64_t page = nomyo::pages::Size();
    CHECK(LockedRegion::LockedBytes() == before + (10016 + page - 1) / page * page);
  }
  CHECK(LockedRegion::LockedBytes() == before);
}

void RetirementGivesTheLockBackAtOnce() {
  const uint64_t before = LockedRegion::LockedBytes();
  const uint64_t unlocks = LockedRegion::Unlocks();
  const auto region = LockedRegion::Create(100000, RegionKind::kOrdinary);
  CHECK(region->locked());
  memset(region->data(), 0xee, 100000);
  region->Retire();
  region->Retire();
  CHECK(!region->locked());
  CHECK(LockedRegion::LockedBytes() == before);
  CHECK(LockedRegion::Unlocks() == unlocks + 1);
  // Whoever is late still writes, and meets nobody.
  uint8_t seen = 0;
  for (size_t i = 0; i < 100000; i++) seen |= region->data()[i];
  CHECK(seen == 0);
  memset(region->data(), 0xee, 100000);
}

void RetiredRegionsDoNotCountAsAlive() {
  std::vector<std::unique_ptr<LockedRegion>> regions;
  for (int i = 0; i < 10000; i++) {
    auto region = LockedRegion::Create(5000, RegionKind::kOrdinary);
    CHECK(region != nullptr && region->locked());
    if (region == nullptr) break;
    region->Retire();
    regions.push_back(std::move(region));
  }
}

void SecretMemoryIsNotRetired() {
  const auto region = LockedRegion::Create(100, RegionKind::kSecret);
  if (!region->features().secret_memory) return;
  region->data()[0] = 7;
  region->Retire();
  CHECK(region->locked() && region->data()[0] == 7);
}

void FeaturesAreReported() {
  const auto region = LockedRegion::Create(100, RegionKind::kOrdinary);
  CHECK(region->features().guard_pages);
  CHECK(!region->features().secret_memory);
#ifdef __linux__
  CHECK(region->features().no_dump);
#endif
}

void TooManyRegionsEndInNull() {
  std::vector<std::unique_ptr<LockedRegion>> regions;
  size_t made = 0;
  for (; made < 10000; made++) {
    auto region = LockedRegion::Create(1, RegionKind::kOrdinary);
    if (region == nullptr) break;
    regions.push_back(std::move(region));
  }
  CHECK(made <= 8192);
  regions.clear();
  CHECK(LockedRegion::Create(1, RegionKind::kOrdinary) != nullptr);
}

}  // namespace

void TestLockedRegion() {
  RUN(EveryLengthIsUsableToItsEnds);
  RUN(ZeroAndHugeLengthsAreRefused);
  RUN(LockedBytesAreCounted);
  RUN(RetirementGivesTheLockBackAtOnce);
  RUN(RetiredRegionsDoNotCountAsAlive);
  RUN(SecretMemoryIsNotRetired);
  RUN(FeaturesAreReported);
  RUN(TooManyRegionsEndInNull);
}
