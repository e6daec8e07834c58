// Everything small shares a few locked regions: a mapping of its own for every AES key would cost
// a page of the lock limit and four system calls each.
//
// A chunk is one region that is cut into slots of two sizes. Before each slot lies a canary; slots
// are zeroed when they are given back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "locked_region.h"

namespace nomyo {

constexpr size_t kSmallSlot = 64;  // bytes: AES keys, nonces, passwords
constexpr size_t kLargeSlot =
    4096;  // bytes: an RSA-4096 key as PKCS#8 DER is about 2,375, as PEM 3,270

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

  // A zeroed slot of at least `length` bytes, at most kLargeSlot. False: no memory.
  bool Take(size_t length, ArenaSlot* slot);

  // Checks the canaries, wipes the slot, and makes it free for the next owner.
  void Give(const ArenaSlot& slot);

  static bool Locked(const ArenaSlot& slot);

 private:
  ArenaChunk* FindWithRoom(size_t size_class);
  ArenaChunk* Grow();
  void DropIfSpare(const ArenaChunk* chunk);

  std::mutex mutex_;
  std::unique_ptr<ArenaChunk> chunks_;  // a list: std::vector needs a newer libstdc++ than we ask
  ArenaChunk* last_[2] = {nullptr, nullptr};  // where the last slot of each class came from
};

}  // namespace nomyo
