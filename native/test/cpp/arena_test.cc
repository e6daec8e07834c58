#include "../../src/arena.h"

#include <atomic>
#include <cstring>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "../../src/secure_bytes.h"
#include "harness.h"
#include "tests.h"

using nomyo::Arena;
using nomyo::ArenaSlot;
using nomyo::LockedRegion;
using nomyo::LockRule;
using nomyo::SecureBytes;
using nomyo::Status;

namespace {

constexpr LockRule kAny = LockRule::kPreferred;

bool Takes(Arena* arena, size_t length, ArenaSlot* slot) {
  return arena->Take(length, kAny, slot) == Status::kOk;
}

bool IsZero(const uint8_t* bytes, size_t length) {
  uint8_t seen = 0;
  for (size_t i = 0; i < length; i++) seen |= bytes[i];
  return seen == 0;
}

void SlotsDoNotOverlap() {
  Arena arena;
  std::vector<ArenaSlot> slots;
  std::set<uint8_t*> seen;
  for (size_t i = 0; i < 5000; i++) {
    ArenaSlot slot;
    const size_t length = i % 7 == 0 ? nomyo::kLargeSlot : nomyo::kSmallSlot;
    CHECK(Takes(&arena, length, &slot));
    CHECK(IsZero(slot.data, length));
    CHECK(seen.insert(slot.data).second);
    memset(slot.data, static_cast<int>(i), length);
    slots.push_back(slot);
  }
  for (size_t i = 0; i < slots.size(); i++) {
    const size_t length = slots[i].size_class == 0 ? nomyo::kSmallSlot : nomyo::kLargeSlot;
    CHECK(slots[i].data[0] == static_cast<uint8_t>(i));
    CHECK(slots[i].data[length - 1] == static_cast<uint8_t>(i));
    arena.Give(slots[i], true);
  }
}

void AFreedSlotIsZeroForTheNextOwner() {
  Arena arena;
  ArenaSlot first;
  CHECK(Takes(&arena, 32, &first));
  uint8_t* where = first.data;
  memset(where, 0xee, nomyo::kSmallSlot);
  arena.Give(first, true);
  ArenaSlot second;
  CHECK(Takes(&arena, 32, &second));
  CHECK(second.data == where);
  CHECK(IsZero(second.data, nomyo::kSmallSlot));
  arena.Give(second, true);
}

void EmptyChunksAreGivenBack() {
  Arena arena;
  const uint64_t before = LockedRegion::LockedBytes();
  std::vector<ArenaSlot> slots(3000);
  for (auto& slot : slots) CHECK(Takes(&arena, 64, &slot));
  const uint64_t most = LockedRegion::LockedBytes();
  for (const auto& slot : slots) arena.Give(slot, true);
  const uint64_t after = LockedRegion::LockedBytes();
  CHECK(most - before >= 2 * (after - before));
  CHECK(after > before);
}

// A late writer must never meet the bytes of another owner.
void ARetiredSlotIsNobodysUntilItIsGivenBack() {
  Arena arena;
  ArenaSlot retired;
  CHECK(Takes(&arena, 64, &retired));
  memset(retired.data, 0xee, 64);
  arena.Retire(retired);
  CHECK(IsZero(retired.data, 64));
  std::vector<ArenaSlot> others(2000);
  for (auto& slot : others) {
    CHECK(Takes(&arena, 64, &slot));
    CHECK(slot.data != retired.data);
  }
  memset(retired.data, 0xee, 64);
  for (const auto& slot : others) CHECK(IsZero(slot.data, 64));
  for (const auto& slot : others) arena.Give(slot, true);
  arena.Give(retired, false);
}

void AChunkWithoutLiveSlotsLocksNothing() {
  Arena arena;
  std::vector<ArenaSlot> slots(3000);
  const uint64_t before = LockedRegion::LockedBytes();
  for (auto& slot : slots) {
    CHECK(Takes(&arena, 2048, &slot));
    CHECK(Arena::Locked(slot));
    memset(slot.data, 0xee, 2048);
    arena.Retire(slot);
    CHECK(LockedRegion::LockedBytes() <= before + 256 * 1024);
  }
  // What is written late stays where it is, and goes with the chunk.
  for (const auto& slot : slots) memset(slot.data, 0xdd, 4096);
  for (const auto& slot : slots) arena.Give(slot, false);
  ArenaSlot next;
  CHECK(Takes(&arena, 2048, &next));
  CHECK(Arena::Locked(next) && IsZero(next.data, 2048));
  arena.Give(next, true);
}

void AChunkWithALiveSlotStaysLocked() {
  Arena arena;
  ArenaSlot live;
  std::vector<ArenaSlot> slots(500);
  CHECK(Takes(&arena, 4096, &live));
  memset(live.data, 0xab, 4096);
  for (auto& slot : slots) {
    CHECK(Takes(&arena, 4096, &slot));
    arena.Retire(slot);
  }
  CHECK(Arena::Locked(live) && live.data[0] == 0xab && live.data[4095] == 0xab);
  for (const auto& slot : slots) arena.Give(slot, false);
  arena.Retire(live);
  arena.Give(live, false);
}

void ThreadsShareTheArena() {
  Arena arena;
  std::vector<std::thread> threads;
  std::atomic<bool> fine{true};
  for (int t = 0; t < 4; t++) {
    threads.emplace_back([&arena, &fine, t] {
      for (int i = 0; i < 2000; i++) {
        ArenaSlot slot;
        if (!Takes(&arena, i % 5 == 0 ? 4096 : 40, &slot)) fine = false;
        if (!IsZero(slot.data, 40)) fine = false;
        memset(slot.data, t + 1, 40);
        if (slot.data[39] != t + 1) fine = false;
        const bool retires = i % 3 == 0;
        if (retires) arena.Retire(slot);
        arena.Give(slot, !retires);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(fine);
}

void SecureBytesMove() {
  SecureBytes bytes;
  CHECK(SecureBytes::CopyOf(reinterpret_cast<const uint8_t*>("0123456789"), 10, kAny, &bytes) ==
        Status::kOk);
  SecureBytes moved = std::move(bytes);
  CHECK(bytes.data() == nullptr && bytes.length() == 0);
  CHECK(memcmp(moved.data(), "0123456789", 10) == 0);
  moved.Wipe();
  CHECK(IsZero(moved.data(), 10));
  SecureBytes large;
  CHECK(SecureBytes::Allocate(100000, kAny, &large) == Status::kOk);
  large = std::move(moved);
  CHECK(large.length() == 10);
}

void RetiredBytesAreZeroAndWritable() {
  for (const size_t length : {10, 4096, 4097, 100000}) {
    SecureBytes bytes;
    CHECK(SecureBytes::Allocate(length, kAny, &bytes) == Status::kOk);
    memset(bytes.data(), 0xee, length);
    bytes.Retire();
    bytes.Retire();
    CHECK(!bytes.locked() && IsZero(bytes.data(), length));
    memset(bytes.data(), 0xdd, length);
    SecureBytes moved = std::move(bytes);
    CHECK(moved.data()[length - 1] == 0xdd);
  }
}

void WhatIsNotLockedIsCounted() {
  const nomyo::UnlockedCounts before = nomyo::UnlockedShare::Counts();
  {
    nomyo::UnlockedShare share;
    share.Set(100);
    share.Set(100);
    nomyo::UnlockedShare moved = std::move(share);
    const nomyo::UnlockedCounts now = nomyo::UnlockedShare::Counts();
    CHECK(now.bytes == before.bytes + 100 && now.regions == before.regions + 1);
  }
  const nomyo::UnlockedCounts after = nomyo::UnlockedShare::Counts();
  CHECK(after.bytes == before.bytes && after.regions == before.regions);
  CHECK(after.total_bytes == before.total_bytes + 100);
  CHECK(after.total_regions == before.total_regions + 1);
}

}  // namespace

void TestArena() {
  RUN(SlotsDoNotOverlap);
  RUN(AFreedSlotIsZeroForTheNextOwner);
  RUN(EmptyChunksAreGivenBack);
  RUN(ARetiredSlotIsNobodysUntilItIsGivenBack);
  RUN(AChunkWithoutLiveSlotsLocksNothing);
  RUN(AChunkWithALiveSlotStaysLocked);
  RUN(ThreadsShareTheArena);
  RUN(SecureBytesMove);
  RUN(RetiredBytesAreZeroAndWritable);
  RUN(WhatIsNotLockedIsCounted);
}
