#include "../../src/der.h"

#include <cstring>
#include <vector>

#include "harness.h"
#include "tests.h"

namespace der = nomyo::der;

namespace {

bool ReadsUnsigned(const std::vector<uint8_t>& bytes, size_t expected_length) {
  der::Reader reader({bytes.data(), bytes.size()});
  der::Bytes value;
  return reader.Unsigned(&value) && value.length == expected_length;
}

void IntegersAreReadStrictly() {
  CHECK(ReadsUnsigned({0x02, 0x01, 0x00}, 0));
  CHECK(ReadsUnsigned({0x02, 0x01, 0x7f}, 1));
  CHECK(ReadsUnsigned({0x02, 0x02, 0x00, 0x80}, 1));
  CHECK(!ReadsUnsigned({0x02, 0x01, 0x80}, 1));        // negative
  CHECK(!ReadsUnsigned({0x02, 0x02, 0x00, 0x7f}, 1));  // not minimal
  CHECK(!ReadsUnsigned({0x02, 0x00}, 0));              // empty
  CHECK(!ReadsUnsigned({0x03, 0x01, 0x00}, 1));        // another tag
}

void LengthsAreReadStrictly() {
  CHECK(!ReadsUnsigned({}, 0));
  CHECK(!ReadsUnsigned({0x02}, 0));
  CHECK(!ReadsUnsigned({0x02, 0x02, 0x01}, 2));              // beyond the end
  CHECK(!ReadsUnsigned({0x02, 0x80, 0x01, 0x00, 0x00}, 1));  // indefinite
  CHECK(!ReadsUnsigned({0x02, 0x81, 0x01, 0x01}, 1));        // not minimal
  CHECK(!ReadsUnsigned({0x02, 0x84, 0xff, 0xff, 0xff, 0xff, 0x01}, 1));
  CHECK(!ReadsUnsigned({0x02, 0x83, 0xff, 0xff, 0xff, 0x01}, 1));
}

void WhatIsWrittenIsRead() {
  for (const size_t length : {1, 127, 128, 255, 256, 300, 600}) {
    std::vector<uint8_t> magnitude(length, 0x9c);
    std::vector<uint8_t> buffer(length + 16);
    der::BackwardWriter writer(buffer.data(), buffer.size());
    const uint8_t* end = writer.mark();
    writer.Unsigned({magnitude.data(), magnitude.size()});
    writer.Header(der::kSequence, end);
    CHECK(writer.ok());
    der::Reader reader({writer.data(), static_cast<size_t>(end - writer.data())});
    der::Reader inner;
    der::Bytes value;
    CHECK(reader.Enter(der::kSequence, &inner) && reader.done());
    CHECK(inner.Unsigned(&value) && inner.done());
    CHECK(value.length == length && memcmp(value.data, magnitude.data(), length) == 0);
  }
}

void AFullBufferIsNoticed() {
  std::vector<uint8_t> magnitude(20, 1);
  uint8_t buffer[21];
  der::BackwardWriter writer(buffer, sizeof(buffer));
  writer.Unsigned({magnitude.data(), magnitude.size()});
  CHECK(!writer.ok());
}

}  // namespace

void TestDer() {
  RUN(IntegersAreReadStrictly);
  RUN(LengthsAreReadStrictly);
  RUN(WhatIsWrittenIsRead);
  RUN(AFullBufferIsNoticed);
}
