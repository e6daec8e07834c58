// DER, X.690: the small part that RSA private keys need (RFC 5208 PrivateKeyInfo around RFC 8017
// A.1.2 RSAPrivateKey). Reads and writes in place, so that a key never leaves locked memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nomyo::der {

constexpr uint8_t kInteger = 0x02;
constexpr uint8_t kOctetString = 0x04;
constexpr uint8_t kSequence = 0x30;

struct Bytes {
  const uint8_t* data = nullptr;
  size_t length = 0;
};

// Strict: definite, minimal lengths; the value lies within the input. Every method returns false
// and leaves the reader where it was when the next element is not what was asked for.
class Reader {
 public:
  Reader() = default;
  explicit Reader(Bytes bytes) : next_(bytes.data), left_(bytes.length) {}

  bool done() const { return left_ == 0; }
  bool NextIs(uint8_t tag) const { return left_ > 0 && next_[0] == tag; }

  bool Element(uint8_t tag, Bytes* value);
  bool Enter(uint8_t tag, Reader* inner);

  // A whole number >= 0 without its leading zero bytes; zero has length 0.
  bool Unsigned(Bytes* value);

  // Exactly these bytes.
  bool Literal(Bytes expected);

 private:
  const uint8_t* next_ = nullptr;
  size_t left_ = 0;
};

// Writes from the end of a buffer towards its start: every length is known when its header is written.
class BackwardWriter {
 public:
  BackwardWriter(uint8_t* start, size_t length) : start_(start), next_(start + length) {}

  const uint8_t* data() const { return next_; }

  // False once a write did not fit.
  bool ok() const { return ok_; }

  // The place that Header() takes as the end of its contents.
  const uint8_t* mark() const { return next_; }

  void Raw(Bytes bytes);
  void Header(uint8_t tag, const uint8_t* end_of_contents);

  // Big-endian magnitude; leading zeros are dropped, one is put before a set top bit.
  void Unsigned(Bytes magnitude);

 private:
  void Byte(uint8_t value);

  uint8_t* start_;
  uint8_t* next_;
  bool ok_ = true;
};

}  // namespace nomyo::der
