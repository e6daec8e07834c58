#include "../../src/pages.h"

#include <cstring>

#include "harness.h"
#include "tests.h"

namespace pages = nomyo::pages;

namespace {

void OpenedPagesAreZeroAndWritable() {
  const size_t page = pages::Size();
  CHECK(page >= 4096);
  uint8_t* start = pages::Reserve(3 * page);
  CHECK(start != nullptr);
  CHECK(pages::Open(start + page, page));
  bool zero = true;
  for (size_t i = 0; i < page; i++) zero = zero && start[page + i] == 0;
  CHECK(zero);
  memset(start + page, 0xa5, page);
  pages::Wipe(start + page, page);
  CHECK(start[page] == 0 && start[2 * page - 1] == 0);
  pages::Release(start, 3 * page);
}

void OnePageCanBeLocked() {
  const size_t page = pages::Size();
  uint8_t* start = pages::Reserve(page);
  CHECK(pages::Open(start, page));
  CHECK(pages::Lock(start, page));
  CHECK(pages::LastLockError().empty());
  pages::Release(start, page);
}

void RetiredPagesReadAsZerosAndCanBeWritten() {
  const size_t page = pages::Size();
  uint8_t* start = pages::Reserve(4 * page);
  CHECK(pages::Open(start + page, 2 * page));
  CHECK(pages::Lock(start + page, 2 * page));
  pages::Wipe(start + page, 2 * page);
  pages::Retire(start, 4 * page);
  CHECK(start[page] == 0 && start[3 * page - 1] == 0);
  memset(start + page, 0xa5, 2 * page);
  CHECK(start[page] == 0xa5 && start[3 * page - 1] == 0xa5);
  pages::Release(start, 4 * page);
}

void RandomFillsEverything() {
  uint8_t bytes[1000] = {};
  CHECK(pages::Random(bytes, sizeof(bytes)));
  bool tail = false;
  for (size_t i = 900; i < sizeof(bytes); i++) tail = tail || bytes[i] != 0;
  CHECK(tail);
}

void SymbolsAreFoundOrNot() {
  CHECK(pages::FindSymbol("nomyo_there_is_no_such_function") == nullptr);
  CHECK(pages::ProcessId() != 0);
  const pages::LockLimit limit = pages::GetLockLimit();
  CHECK(limit.unlimited || limit.bytes > 0);
  pages::KeepLibraryLoaded();
}

}  // namespace

void TestPages() {
  RUN(OpenedPagesAreZeroAndWritable);
  RUN(OnePageCanBeLocked);
  RUN(RetiredPagesReadAsZerosAndCanBeWritten);
  RUN(RandomFillsEverything);
  RUN(SymbolsAreFoundOrNot);
}
