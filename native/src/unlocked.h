// What holds secrets and is not locked, counted: a report that is true at every moment needs it.
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

// One owner's part in the counts, as long as it lives.
class UnlockedShare {
 public:
  UnlockedShare() = default;
  ~UnlockedShare() { Clear(); }
  UnlockedShare(UnlockedShare&& other) noexcept;
  UnlockedShare& operator=(UnlockedShare&& other) noexcept;

  // Counts `bytes` that could not be locked; at most once.
  void Set(size_t bytes);

  // They are gone, or hold nothing any more.
  void Clear();

  static UnlockedCounts Counts();

 private:
  size_t bytes_ = 0;  // 0: nothing is counted
};

}  // namespace nomyo
