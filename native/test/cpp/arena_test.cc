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
using nomyo::SecureBytes;
using nomyo::Status;

namespace {

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
    CHECK(arena.Take(length, &slot));
    CHECK(IsZero(slot.data, length));
    CHECK(seen.insert(slot.data).second);
    memset(slot.data, static_cast<int>(i), length);
    slots.push_back(slot);
  }
  for (size_t i = 0; i < slots.size(); i++) {
    const size_t length = slots[i].size_class == 0 ? nomyo::kSmallSlot : nomyo::kLargeSlot;
    CHECK(slots[i].data[0] == static_cast<uint8_t>(i));
    CHECK(slots[i].data[length - 1] == static_cast<uint8_t>(i));
    arena.Give(slots[i]);
  }
}

void AFreedSlotIsZeroForTheNextOwner() {
  Arena arena;
  ArenaSlot first;
  CHECK(arena.Take(32, &first));
  uint8_t* where = first.data;
  memset(where, 0xee, nomyo::kSmallSlot);
  arena.Give(first);
  ArenaSlot second;
  CHECK(arena.Take(32, &second));
  CHECK(second.data == where);
  CHECK(IsZero(second.data, nomyo::kSmallSlot));
  arena.Give(second);
}

void EmptyChunksAreGivenBack() {
  Arena arena;
  const uint64_t before = nomyo::LockedRegion::LockedBytes();
  std::vector<ArenaSlot> slots(3000);
  for (auto& slot : slots) CHECK(arena.Take(64, &slot));
  const uint64_t most = nomyo::LockedRegion::LockedBytes();
  for (const auto& slot : slots) arena.Give(slot);
  const uint64_t after = nomyo::LockedRegion::LockedBytes();
  CHECK(most - before >= 2 * (after - before));
  CHECK(after > before);
}

void ThreadsShareTheArena() {
  Arena arena;
  std::vector<std::thread> threads;
  std::atomic<bool> fine{true};
  for (int t = 0; t < 4; t++) {
    threads.emplace_back([&arena, &fine, t] {
      for (int i = 0; i < 2000; i++) {
        ArenaSlot slot;
        if (!arena.Take(i % 5 == 0 ? 4096 : 40, &slot)) fine = false;
        if (!IsZero(slot.data, 40)) fine = false;
        memset(slot.data, t + 1, 40);
        if (slot.data[39] != t + 1) fine = false;
        arena.Give(slot);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(fine);
}

void SecureBytesMove() {
  SecureBytes bytes;
  CHECK(SecureBytes::CopyOf(reinterpret_cast<const uint8_t*>("0123456789"), 10, &bytes) ==
        Status::kOk);
  SecureBytes moved = std::move(bytes);
  CHECK(bytes.data() == nullptr && bytes.length() == 0);
  CHECK(memcmp(moved.data(), "0123456789", 10) == 0);
  moved.Wipe();
  CHECK(IsZero(moved.data(), 10));
  SecureBytes large;
  CHECK(SecureBytes::Allocate(100000, &large) == Status::kOk);
  large = std::move(moved);
  CHECK(large.length() == 10);
}

}  // namespace

void TestArena() {
  RUN(SlotsDoNotOverlap);
  RUN(AFreedSlotIsZeroForTheNextOwner);
  RUN(EmptyChunksAreGivenBack);
  RUN(ThreadsShareTheArena);
  RUN(SecureBytesMove);
}
