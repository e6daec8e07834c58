#include "arena.h"

#include <utility>

namespace nomyo {

namespace {

constexpr size_t kSlotLength[] = {kSmallSlot, kLargeSlot};

// Bytes of one chunk. Halved while the lock limit refuses them: 64 KiB in all are not rare in
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
  bool empty() const { return used_ == 0; }
  bool HasRoom(size_t size_class) const { return pools_[size_class].free_count > 0; }

  std::unique_ptr<ArenaChunk> next;

  ArenaSlot Take(size_t size_class) {
    Pool& pool = pools_[size_class];
    const uint32_t index = pool.free[--pool.free_count];
    used_++;
    return {this, size_class, index, Data(size_class, index)};
  }

  void Give(const ArenaSlot& slot) {
    Pool& pool = pools_[slot.size_class];
    const bool last = slot.index + 1 == pool.count;
    const bool intact =
        CanaryIntact(slot.data - kCanaryLength) &&
        (last || CanaryIntact(Data(slot.size_class, slot.index + 1) - kCanaryLength));
    if (!intact) pages::DieOfCorruption();
    pages::Wipe(slot.data, kSlotLength[slot.size_class]);
    pool.free[pool.free_count++] = slot.index;
    used_--;
  }

 private:
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
  size_t used_ = 0;
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

bool Arena::Take(size_t length, ArenaSlot* slot) {
  const size_t size_class = length <= kSmallSlot ? 0 : 1;
  const std::lock_guard<std::mutex> hold(mutex_);
  ArenaChunk* chunk = FindWithRoom(size_class);
  if (chunk == nullptr) chunk = Grow();
  if (chunk == nullptr) return false;
  last_[size_class] = chunk;
  *slot = chunk->Take(size_class);
  return true;
}

void Arena::Give(const ArenaSlot& slot) {
  const std::lock_guard<std::mutex> hold(mutex_);
  slot.chunk->Give(slot);
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

ArenaChunk* Arena::Grow() {
  std::unique_ptr<LockedRegion> region;
  for (size_t length = kChunkLength; length >= kSmallestChunk; length /= 2) {
    region = LockedRegion::Create(length - kCanaryLength, RegionKind::kOrdinary);
    if (region == nullptr || region->locked()) break;
  }
  if (region == nullptr) return nullptr;
  auto chunk = std::make_unique<ArenaChunk>(std::move(region));
  chunk->next = std::move(chunks_);
  chunks_ = std::move(chunk);
  return chunks_.get();
}

// One empty locked chunk is kept for the next caller. An unlocked one goes at once, so that the
// next caller tries to lock again.
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
