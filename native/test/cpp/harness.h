// A few macros instead of a test framework: nothing to install, also under wine.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace nomyo::test {

inline int failures = 0;

inline void Check(bool holds, const char* what, const char* file, int line) {
  if (holds) return;
  failures++;
  fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
}

inline void Run(const char* name, void (*body)()) {
  const int before = failures;
  body();
  printf("%s %s\n", failures == before ? "ok  " : "FAIL", name);
  fflush(stdout);
}

inline void Skip(const char* name, const char* why) {
  printf("skip %s: %s\n", name, why);
}

}  // namespace nomyo::test

#define CHECK(condition) nomyo::test::Check((condition), #condition, __FILE__, __LINE__)
#define RUN(body) nomyo::test::Run(#body, body)
