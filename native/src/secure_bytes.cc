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
  locked_ = std::exchange(other->locked_, false);
  retired_ = std::exchange(other->retired_, false);
  unlocked_ = std::move(other->unlocked_);
  slot_ = std::exchange(other->slot_, {});
  region_ = std::move(other->region_);
}

void SecureBytes::Reset() {
  if (slot_.data != nullptr) Arena::Shared().Give(slot_, !retired_);
  slot_ = {};
  region_.reset();
  unlocked_.Clear();
  data_ = nullptr;
  length_ = 0;
  locked_ = retired_ = false;
}

Status SecureBytes::Allocate(size_t length, LockRule rule, SecureBytes* out) {
  SecureBytes bytes;
  bytes.length_ = length;
  const Status status =
      length <= kLargeSlot ? bytes.AllocateSlot(rule) : bytes.AllocateRegion(rule);
  if (status != Status::kOk) return status;
  if (!bytes.locked_) bytes.unlocked_.Set(length);
  *out = std::move(bytes);
  return Status::kOk;
}

Status SecureBytes::AllocateSlot(LockRule rule) {
  const Status status = Arena::Shared().Take(length_, rule, &slot_);
  if (status != Status::kOk) return status;
  data_ = slot_.data;
  locked_ = Arena::Locked(slot_);
  return Status::kOk;
}

Status SecureBytes::AllocateRegion(LockRule rule) {
  region_ = LockedRegion::Create(length_, RegionKind::kOrdinary);
  if (region_ == nullptr) return Status::kOutOfMemory;
  if (rule == LockRule::kRequired && !region_->locked()) return Status::kNotLocked;
  data_ = region_->data();
  locked_ = region_->locked();
  return Status::kOk;
}

Status SecureBytes::CopyOf(const uint8_t* bytes, size_t length, LockRule rule, SecureBytes* out) {
  const Status status = Allocate(length, rule, out);
  if (status == Status::kOk) memcpy(out->data_, bytes, length);
  return status;
}

size_t SecureBytes::footprint() const {
  if (region_ != nullptr) return length_ + 3 * pages::Size();
  return length_ <= kSmallSlot ? kSmallSlot : kLargeSlot;
}

void SecureBytes::Wipe() {
  if (data_ != nullptr) pages::Wipe(data_, length_);
}

void SecureBytes::Retire() {
  if (data_ == nullptr || retired_) return;
  retired_ = true;
  locked_ = false;
  unlocked_.Clear();
  if (region_ != nullptr) {
    region_->Retire();
  } else {
    Arena::Shared().Retire(slot_);
  }
}

}  // namespace nomyo
