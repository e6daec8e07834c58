#include "secure_bytes.h"

#include <cstring>
#include <utility>

namespace nomyo {

SecureBytes::~SecureBytes() {
  Reset();
}

SecureBytes::SecureBytes(SecureBytes&& other) noexcept {
  Take(&other);
}

SecureBytes& SecureBytes::operator=(SecureBytes&& other) noexcept {
  if (this == &other) return *this;
  Reset();
  Take(&other);
  return *this;
}

void SecureBytes::Take(SecureBytes* other) {
  data_ = std::exchange(other->data_, nullptr);
  length_ = std::exchange(other->length_, 0);
  capacity_ = std::exchange(other->capacity_, 0);
  locked_ = std::exchange(other->locked_, false);
  slot_ = std::exchange(other->slot_, {});
  region_ = std::move(other->region_);
}

void SecureBytes::Reset() {
  if (slot_.data != nullptr) Arena::Shared().Give(slot_);
  slot_ = {};
  region_.reset();
  data_ = nullptr;
  length_ = capacity_ = 0;
}

Status SecureBytes::Allocate(size_t length, SecureBytes* out) {
  SecureBytes bytes;
  if (length <= kLargeSlot) {
    if (!Arena::Shared().Take(length, &bytes.slot_)) return Status::kOutOfMemory;
    bytes.data_ = bytes.slot_.data;
    bytes.locked_ = Arena::Locked(bytes.slot_);
  } else {
    bytes.region_ = LockedRegion::Create(length, RegionKind::kOrdinary);
    if (bytes.region_ == nullptr) return Status::kOutOfMemory;
    bytes.data_ = bytes.region_->data();
    bytes.locked_ = bytes.region_->locked();
  }
  bytes.length_ = bytes.capacity_ = length;
  *out = std::move(bytes);
  return Status::kOk;
}

Status SecureBytes::CopyOf(const uint8_t* bytes, size_t length, SecureBytes* out) {
  const Status status = Allocate(length, out);
  if (status == Status::kOk) memcpy(out->data_, bytes, length);
  return status;
}

size_t SecureBytes::footprint() const {
  if (region_ != nullptr) return capacity_ + 3 * pages::Size();
  return capacity_ <= kSmallSlot ? kSmallSlot : kLargeSlot;
}

void SecureBytes::Wipe() {
  if (data_ != nullptr) pages::Wipe(data_, capacity_);
}

void SecureBytes::Truncate(size_t length) {
  if (length >= length_) return;
  pages::Wipe(data_ + length, length_ - length);
  length_ = length;
}

}  // namespace nomyo
