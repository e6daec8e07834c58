#include "harness.h"
#include "tests.h"

#ifndef _WIN32
#include <dlfcn.h>
#endif

int main() {
#ifndef _WIN32
  // In node, OpenSSL comes with the program; here the system's is made visible in the same way.
  dlopen("libcrypto.so.3", RTLD_NOW | RTLD_GLOBAL);
#endif
  TestPages();
  TestLockedRegion();
  TestArena();
  TestDer();
  TestCrypto();
#ifndef _WIN32
  TestDeath();
#endif
  if (nomyo::test::failures > 0) printf("%d checks do not hold\n", nomyo::test::failures);
  return nomyo::test::failures == 0 ? 0 : 1;
}
