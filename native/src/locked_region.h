// The RAII owner of the pages that hold secrets:
//
//   guard page | padding | canary | data | slack | guard page
//
// The data ends at the upper guard (but for slack < 16 bytes, which keeps it aligned and is checked
// like the canary), so that an overrun is a fault at once; an underrun changes the canary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "pages.h"

namespace nomyo {

enum class RegionKind {
  kOrdinary,  // anonymous pages: locked, wiped in forked children
  kSecret,    // memfd_secret where the kernel has it, else as above: for keys that live long
};

// The response to memory that the system refuses to lock.
enum class LockRule {
  kPreferred,  // it is used, and counted (unlocked.h)
  kRequired,   // Status::kNotLocked, before anything is in it
};

// The protections in force for one region.
struct RegionFeatures {
  bool guard_pages = false;
  bool no_dump = false;
  bool wipe_on_fork = false;
  bool secret_memory = false;
};

class LockedRegion {
 public:
  // Zeroed. Without the lock when the system refuses it: see locked(). nullptr: no memory.
  static std::unique_ptr<LockedRegion> Create(size_t length, RegionKind kind);

  ~LockedRegion();
  LockedRegion(const LockedRegion&) = delete;
  LockedRegion& operator=(const LockedRegion&) = delete;

  uint8_t* data() const { return data_; }
  size_t length() const { return length_; }

  // Kept out of swap; false again after Retire().
  bool locked() const { return locked_; }
  const RegionFeatures& features() const { return features_; }

  // Checks the canaries, wipes the data, and gives the lock and the frames back at once. The addresses
  // stay until the destructor: they read as zeros, and a late write there reaches no other owner.
  void Retire();

  // Bytes currently locked by all regions of this process, in whole pages.
  static uint64_t LockedBytes();

  // Counts how often locked memory was given back: what was refused before may be granted now.
  static uint64_t Unlocks();

 private:
  explicit LockedRegion(size_t length);
  bool MapSecret();
  bool MapOrdinary();
  void Lay();
  bool Intact() const;
  void End();      // checks and wipes
  void Account();  // takes the region out of the counts

  size_t body_length() const { return total_ - 2 * pages::Size(); }

  uint8_t* start_ = nullptr;  // of the lower guard page
  size_t total_;              // guards and body, whole pages
  uint8_t* data_ = nullptr;
  size_t length_;
  bool locked_ = false;
  bool retired_ = false;
  RegionFeatures features_;
};

// Sixteen random bytes, the same for the whole process, that lie before every piece of data.
constexpr size_t kCanaryLength = 16;
void WriteCanary(uint8_t* at);
bool CanaryIntact(const uint8_t* at, size_t length = kCanaryLength);

}  // namespace nomyo
