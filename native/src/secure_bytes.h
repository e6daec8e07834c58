// Bytes in protected memory, wherever they fit: a slot of the arena up to 4 KiB, a region of their
// own above. Wiped with their owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "arena.h"
#include "locked_region.h"
#include "status.h"
#include "unlocked.h"

namespace nomyo {

class SecureBytes {
 public:
  SecureBytes() = default;
  ~SecureBytes();
  SecureBytes(SecureBytes&& other) noexcept;
  SecureBytes& operator=(SecureBytes&& other) noexcept;

  // Zeroed bytes; `length` is at least 1. kNotLocked: the rule requires a lock, and there is none to
  // be had; nothing was allocated.
  static Status Allocate(size_t length, LockRule rule, SecureBytes* out);
  static Status CopyOf(const uint8_t* bytes, size_t length, LockRule rule, SecureBytes* out);

  uint8_t* data() const { return data_; }
  size_t length() const { return length_; }
  bool locked() const { return locked_; }

  // Bytes of memory that the owner keeps busy: for the garbage collector's bookkeeping.
  size_t footprint() const;

  void Wipe();

  // For an owner who is done while others may still hold the address: checks, wipes, and gives the
  // lock back. The bytes can still be read and written, and are not reused.
  void Retire();

 private:
  Status AllocateSlot(LockRule rule);
  Status AllocateRegion(LockRule rule);
  void Take(SecureBytes* other);
  void Reset();

  uint8_t* data_ = nullptr;
  size_t length_ = 0;
  bool locked_ = false;
  bool retired_ = false;
  UnlockedShare unlocked_;
  ArenaSlot slot_;
  std::unique_ptr<LockedRegion> region_;
};

}  // namespace nomyo
