// Counts unlocked memory that holds secrets, so that a report is accurate at any moment.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nomyo {

struct UnlockedCounts {
  uint64_t bytes;          // alive
  uint64_t regions;        // alive
  uint64_t total_bytes;    // since the library was loaded
  uint64_t total_regions;  // since the library was loaded
};

// One owner's share of the counts, for its lifetime.
class UnlockedShare {
 public:
  UnlockedShare() = default;
  ~UnlockedShare() { Clear(); }
  UnlockedShare(UnlockedShare&& other) noexcept;
  UnlockedShare& operator=(UnlockedShare&& other) noexcept;

  // Counts `bytes` that could not be locked; at most once.
  void Set(size_t bytes);

  // They are freed or wiped.
  void Clear();

  static UnlockedCounts Counts();

 private:
  size_t bytes_ = 0;  // 0: nothing is counted
};

}  // namespace nomyo
