#include "arena.h"

#include <utility>

namespace nomyo {

namespace {

constexpr size_t kSlotLength[] = {kSmallSlot, kLargeSlot};

// Bytes of one chunk. Halved while the lock limit refuses them: a limit of 64 KiB is common in
// containers. The smallest still holds slots of both sizes.
constexpr size_t kChunkLength = 256 * 1024;
constexpr size_t kSmallestChunk = 16 * 1024;

// A quarter of a chunk goes to the small slots.
constexpr size_t kSmallShare = 4;

constexpr size_t Stride(size_t size_class) {
  return kCanaryLength + kSlotLength[size_class];
}

}  // namespace

class ArenaChunk {
 public:
  explicit ArenaChunk(std::unique_ptr<LockedRegion> region) : region_(std::move(region)) {
    const size_t small = region_->length() / kSmallShare / Stride(0);
    pools_[0].start = region_->data();
    pools_[1].start = region_->data() + small * Stride(0);
    FillPool(0, small);
    FillPool(1, (region_->length() - small * Stride(0)) / Stride(1));
  }

  bool locked() const { return region_->locked(); }
  uint64_t locked_bytes() const { return locked() ? region_->length() + kCanaryLength : 0; }
  bool empty() const { return used_ == 0; }
  bool HasRoom(size_t size_class) const {
    return !retired_ && pools_[size_class].free_count > 0;
  }

  std::unique_ptr<ArenaChunk> next;

  ArenaSlot Take(size_t size_class) {
    Pool& pool = pools_[size_class];
    const uint32_t index = pool.free[--pool.free_count];
    used_++;
    live_++;
    return {this, size_class, index, Data(size_class, index)};
  }

  void Retire(const ArenaSlot& slot) {
    Clean(slot);
    live_--;
    // Kept while it has room: a chunk per slot would lock far more memory.
    if (live_ > 0 || HasRoom(slot.size_class)) return;
    retired_ = true;
    region_->Retire();
  }

  void Give(const ArenaSlot& slot, bool live) {
    used_--;
    if (live) live_--;
    if (retired_) return;
    Clean(slot);  // once more: a late writer may have been here
    Pool& pool = pools_[slot.size_class];
    pool.free[pool.free_count++] = slot.index;
  }

 private:
  void Clean(const ArenaSlot& slot) const {
    const bool last = slot.index + 1 == pools_[slot.size_class].count;
    const bool intact =
        CanaryIntact(slot.data - kCanaryLength) &&
        (last || CanaryIntact(Data(slot.size_class, slot.index + 1) - kCanaryLength));
    if (!intact) pages::DieOfCorruption();
    pages::Wipe(slot.data, kSlotLength[slot.size_class]);
  }

  struct Pool {
    uint8_t* start = nullptr;
    uint32_t count = 0;
    std::unique_ptr<uint32_t[]> free;  // a stack: the slot that was used last is the next
    uint32_t free_count = 0;
  };

  void FillPool(size_t size_class, size_t count) {
    Pool& pool = pools_[size_class];
    pool.count = static_cast<uint32_t>(count);
    pool.free.reset(new uint32_t[count]);
    for (uint32_t i = pool.count; i-- > 0;) {
      pool.free[pool.free_count++] = i;
      WriteCanary(Data(size_class, i) - kCanaryLength);
    }
  }

  uint8_t* Data(size_t size_class, uint32_t index) const {
    return pools_[size_class].start + index * Stride(size_class) + kCanaryLength;
  }

  std::unique_ptr<LockedRegion> region_;
  Pool pools_[2];
  size_t used_ = 0;  // slots that are not free
  size_t live_ = 0;  // those of them that are not retired
  bool retired_ = false;
};

Arena::Arena() = default;
Arena::~Arena() = default;

Arena& Arena::Shared() {
  static Arena* const arena = new Arena();
  return *arena;
}

bool Arena::Locked(const ArenaSlot& slot) {
  return slot.chunk->locked();
}

uint64_t Arena::LockedBytes() {
  const std::lock_guard<std::mutex> hold(mutex_);
  uint64_t bytes = 0;
  for (ArenaChunk* chunk = chunks_.get(); chunk != nullptr; chunk = chunk->next.get()) {
    bytes += chunk->locked_bytes();
  }
  return bytes;
}

Status Arena::Take(size_t length, LockRule rule, ArenaSlot* slot) {
  const size_t size_class = length <= kSmallSlot ? 0 : 1;
  const std::lock_guard<std::mutex> hold(mutex_);
  ArenaChunk* chunk = FindWithRoom(size_class);
  if (chunk == nullptr || !chunk->locked()) chunk = Grow(chunk, rule);
  if (chunk == nullptr) {
    return rule == LockRule::kRequired ? Status::kNotLocked : Status::kOutOfMemory;
  }
  last_[size_class] = chunk;
  *slot = chunk->Take(size_class);
  return Status::kOk;
}

void Arena::Retire(const ArenaSlot& slot) {
  const std::lock_guard<std::mutex> hold(mutex_);
  slot.chunk->Retire(slot);
}

void Arena::Give(const ArenaSlot& slot, bool live) {
  const std::lock_guard<std::mutex> hold(mutex_);
  slot.chunk->Give(slot, live);
  if (slot.chunk->empty()) DropIfSpare(slot.chunk);
}

// A locked chunk if there is one with room, else any.
ArenaChunk* Arena::FindWithRoom(size_t size_class) {
  ArenaChunk* found = last_[size_class];
  if (found != nullptr && found->locked() && found->HasRoom(size_class)) return found;
  found = nullptr;
  for (ArenaChunk* chunk = chunks_.get(); chunk != nullptr; chunk = chunk->next.get()) {
    if (!chunk->HasRoom(size_class)) continue;
    if (chunk->locked()) return chunk;
    found = chunk;
  }
  return found;
}

// A new locked chunk, as large as the system grants. Otherwise, unless the rule requires a lock, the
// existing unlocked chunk or a new one.
ArenaChunk* Arena::Grow(ArenaChunk* unlocked, LockRule rule) {
  const bool required = rule == LockRule::kRequired;
  const uint64_t unlocks = LockedRegion::Unlocks();
  if (required || unlocks != refused_at_) {
    for (size_t length = kChunkLength; length >= kSmallestChunk; length /= 2) {
      auto region = LockedRegion::Create(length - kCanaryLength, RegionKind::kOrdinary);
      if (region == nullptr) break;
      if (region->locked()) return Add(std::move(region));
    }
    refused_at_ = unlocks;
  }
  if (required) return nullptr;
  if (unlocked != nullptr) return unlocked;
  // Nothing can be locked, so at least keep the mappings few.
  return Add(LockedRegion::Create(kChunkLength - kCanaryLength, RegionKind::kOrdinary));
}

ArenaChunk* Arena::Add(std::unique_ptr<LockedRegion> region) {
  if (region == nullptr) return nullptr;
  auto chunk = std::make_unique<ArenaChunk>(std::move(region));
  chunk->next = std::move(chunks_);
  chunks_ = std::move(chunk);
  return chunks_.get();
}

// One empty locked chunk is kept for the next caller; unlocked ones are released.
void Arena::DropIfSpare(const ArenaChunk* chunk) {
  bool spare = !chunk->locked();
  std::unique_ptr<ArenaChunk>* place = nullptr;
  for (auto* link = &chunks_; *link != nullptr; link = &(*link)->next) {
    const ArenaChunk* other = link->get();
    if (other == chunk) {
      place = link;
    } else if (other->locked() && other->empty()) {
      spare = true;
    }
  }
  if (!spare || place == nullptr) return;
  for (auto& last : last_) {
    if (last == chunk) last = nullptr;
  }
  std::unique_ptr<ArenaChunk> dropped = std::move(*place);
  *place = std::move(dropped->next);
}

}  // namespace nomyo
