#include "der.h"

#include <cstring>

namespace nomyo::der {

namespace {

// X.690 section 8.1.3: one byte below 128, else 0x80 | count and that many bytes.
constexpr uint8_t kLongForm = 0x80;
constexpr size_t kMaxLengthBytes = 3;  // 16 MiB: far more than any key

bool ReadLength(const uint8_t* at, size_t left, size_t* length, size_t* header) {
  if (left < 2) return false;
  if (at[1] < kLongForm) {
    *length = at[1];
    *header = 2;
    return true;
  }
  const size_t count = at[1] & 0x7fU;
  if (count == 0 || count > kMaxLengthBytes || left < 2 + count) return false;
  size_t value = 0;
  for (size_t i = 0; i < count; i++) value = value << 8 | at[2 + i];
  const bool minimal = value >= kLongForm && at[2] != 0;  // X.690 section 10.1
  *length = value;
  *header = 2 + count;
  return minimal;
}

}  // namespace

bool Reader::Element(uint8_t tag, Bytes* value) {
  size_t length = 0;
  size_t header = 0;
  if (!NextIs(tag) || !ReadLength(next_, left_, &length, &header)) return false;
  if (length > left_ - header) return false;
  *value = {next_ + header, length};
  next_ += header + length;
  left_ -= header + length;
  return true;
}

bool Reader::Enter(uint8_t tag, Reader* inner) {
  Bytes value;
  if (!Element(tag, &value)) return false;
  *inner = Reader(value);
  return true;
}

bool Reader::Unsigned(Bytes* value) {
  const Reader before = *this;
  Bytes raw;
  const bool found = Element(kInteger, &raw) && raw.length > 0 && raw.data[0] < 0x80;
  // X.690 section 8.3.2: a leading zero byte only where the next byte would read as a sign.
  const bool minimal = found && (raw.length == 1 || raw.data[0] != 0 || raw.data[1] >= 0x80);
  if (!minimal) {
    *this = before;
    return false;
  }
  const size_t zero = raw.data[0] == 0 ? 1 : 0;
  *value = {raw.data + zero, raw.length - zero};
  return true;
}

bool Reader::Literal(Bytes expected) {
  if (left_ < expected.length || memcmp(next_, expected.data, expected.length) != 0) return false;
  next_ += expected.length;
  left_ -= expected.length;
  return true;
}

void BackwardWriter::Byte(uint8_t value) {
  if (next_ == start_) {
    ok_ = false;
    return;
  }
  *--next_ = value;
}

void BackwardWriter::Raw(Bytes bytes) {
  if (static_cast<size_t>(next_ - start_) < bytes.length) {
    ok_ = false;
    return;
  }
  next_ -= bytes.length;
  if (bytes.length > 0) memcpy(next_, bytes.data, bytes.length);
}

void BackwardWriter::Header(uint8_t tag, const uint8_t* end_of_contents) {
  const auto length = static_cast<size_t>(end_of_contents - next_);
  if (length < kLongForm) {
    Byte(static_cast<uint8_t>(length));
  } else {
    uint8_t count = 0;
    for (size_t rest = length; rest > 0; rest >>= 8, count++) Byte(static_cast<uint8_t>(rest));
    Byte(static_cast<uint8_t>(kLongForm | count));
  }
  Byte(tag);
}

void BackwardWriter::Unsigned(Bytes magnitude) {
  while (magnitude.length > 0 && magnitude.data[0] == 0) {
    magnitude.data++;
    magnitude.length--;
  }
  const uint8_t* end = mark();
  Raw(magnitude);
  if (magnitude.length == 0 || magnitude.data[0] >= 0x80) Byte(0);
  Header(kInteger, end);
}

}  // namespace nomyo::der
