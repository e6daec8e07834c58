// Small secrets share a few locked regions: a mapping per AES key would cost a page of the lock
// limit and four system calls each.
//
// A chunk is one region that is cut into slots of two sizes. Before each slot lies a canary; slots
// are zeroed when they are given back.
//
// A slot is free, live, or retired (its owner is done, but its address may still be in use). A chunk
// with no live and no free slot is retired as a whole and unlocked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "locked_region.h"
#include "status.h"

namespace nomyo {

constexpr size_t kSmallSlot = 64;    // bytes: AES keys, nonces, passwords
constexpr size_t kLargeSlot = 4096;  // bytes: an RSA-4096 key as PKCS#8 DER is about 2,375

class ArenaChunk;

struct ArenaSlot {
  ArenaChunk* chunk = nullptr;
  size_t size_class = 0;
  uint32_t index = 0;
  uint8_t* data = nullptr;
};

class Arena {
 public:
  // Never destroyed: threads may still hold slots when the process runs its last destructors.
  static Arena& Shared();

  Arena();
  ~Arena();

  // A zeroed slot of at least `length` bytes, at most kLargeSlot. kOutOfMemory, or kNotLocked when the
  // rule requires a lock.
  Status Take(size_t length, LockRule rule, ArenaSlot* slot);

  // Checks the canaries and wipes the slot. It is not reused before Give().
  void Retire(const ArenaSlot& slot);

  // Makes the slot free for the next owner, checked and wiped. `live`: it was not retired before.
  void Give(const ArenaSlot& slot, bool live);

  static bool Locked(const ArenaSlot& slot);

  // Of all chunks, in bytes.
  uint64_t LockedBytes();

 private:
  ArenaChunk* FindWithRoom(size_t size_class);
  ArenaChunk* Grow(ArenaChunk* unlocked, LockRule rule);
  ArenaChunk* Add(std::unique_ptr<LockedRegion> region);
  void DropIfSpare(const ArenaChunk* chunk);

  std::mutex mutex_;
  // LockedRegion::Unlocks() when a lock was refused last: until it changes, trying again is pointless.
  uint64_t refused_at_ = ~uint64_t{0};
  std::unique_ptr<ArenaChunk> chunks_;  // a list: std::vector needs a newer libstdc++ than we ask
  ArenaChunk* last_[2] = {nullptr, nullptr};  // where the last slot of each class came from
};

}  // namespace nomyo
