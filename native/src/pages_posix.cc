#ifndef _WIN32

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pages.h"

#ifdef __linux__
#include <features.h>
#include <sys/random.h>
#include <sys/syscall.h>
#else
#include <mach/vm_inherit.h>
#include <sys/random.h>
#endif

#include "glibc_compat.h"

namespace nomyo::pages {

namespace {

thread_local int last_lock_errno = 0;

#ifdef __linux__
// Numbers of the kernel's ABI: headers of a C library from before Linux 5.14 lack them.
constexpr long kMemfdSecret = 447;     // memfd_secret(2), the same on every architecture
constexpr int kWipeOnFork = 18;        // MADV_WIPEONFORK, madvise(2), Linux 4.14
constexpr size_t kGetrandomMax = 256;  // getrandom(2): up to 256 bytes are never interrupted
#else
constexpr size_t kGetentropyMax = 256;  // getentropy(2): more is an error
#endif

#ifdef MAP_NORESERVE
constexpr int kReserveFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
#else
constexpr int kReserveFlags = MAP_PRIVATE | MAP_ANON;
#endif

uint8_t* MappedOrNull(void* start) {
  return start == MAP_FAILED ? nullptr : static_cast<uint8_t*>(start);
}

}  // namespace

size_t Size() {
  static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

uint8_t* Reserve(size_t length) {
  return MappedOrNull(mmap(nullptr, length, PROT_NONE, kReserveFlags, -1, 0));
}

uint8_t* ReserveSecret(size_t length) {
#ifdef __linux__
  const int fd = static_cast<int>(syscall(kMemfdSecret, O_CLOEXEC));
  if (fd < 0) return nullptr;
  void* start = MAP_FAILED;
  if (ftruncate(fd, static_cast<off_t>(length)) == 0) {
    start = mmap(nullptr, length, PROT_NONE, MAP_SHARED, fd, 0);
  }
  close(fd);
  return MappedOrNull(start);
#else
  (void)length;
  return nullptr;
#endif
}

void Release(uint8_t* start, size_t length) {
  munmap(start, length);
}

bool Open(uint8_t* start, size_t length) {
  return mprotect(start, length, PROT_READ | PROT_WRITE) == 0;
}

bool Lock(uint8_t* start, size_t length) {
  const bool locked = mlock(start, length) == 0;
  last_lock_errno = locked ? 0 : errno;
  return locked;
}

void Retire(uint8_t* start, size_t length) {
  // One fresh mapping over guards and body: it takes no frames, and neighbours that were retired too
  // become one entry of vm.max_map_count with it.
  if (mmap(start, length, PROT_READ | PROT_WRITE, kReserveFlags | MAP_FIXED, -1, 0) == MAP_FAILED) {
    munlock(start, length);
    return;
  }
  (void)ExcludeFromDump(start, length);
  (void)WipeInChildren(start, length);
}

bool ExcludeFromDump(uint8_t* start, size_t length) {
#ifdef MADV_DONTDUMP
  return madvise(start, length, MADV_DONTDUMP) == 0;
#else
  (void)start, (void)length;  // macOS has no such advice
  return false;
#endif
}

bool WipeInChildren(uint8_t* start, size_t length) {
#ifdef __linux__
  return madvise(start, length, kWipeOnFork) == 0;
#else
  return minherit(start, length, VM_INHERIT_NONE) == 0;
#endif
}

bool DropInChildren(uint8_t* start, size_t length) {
#ifdef __linux__
  // Shared mappings, as memfd_secret's, cannot be wiped on fork, only left out.
  return madvise(start, length, MADV_DONTFORK) == 0;
#else
  return minherit(start, length, VM_INHERIT_NONE) == 0;
#endif
}

void Wipe(void* start, size_t length) {
  memset(start, 0, length);
  __asm__ __volatile__("" : : "r"(start) : "memory");
}

bool Random(void* start, size_t length) {
  auto* out = static_cast<uint8_t*>(start);
  while (length > 0) {
#ifdef __linux__
    const ssize_t got = getrandom(out, length < kGetrandomMax ? length : kGetrandomMax, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    const auto step = static_cast<size_t>(got);
#else
    const size_t step = length < kGetentropyMax ? length : kGetentropyMax;
    if (getentropy(out, step) != 0) return false;
#endif
    out += step;
    length -= step;
  }
  return true;
}

LockLimit GetLockLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return {false, 0};
  return {limit.rlim_cur == RLIM_INFINITY, static_cast<uint64_t>(limit.rlim_cur)};
}

std::string LastLockError() {
  return last_lock_errno == 0 ? "" : strerror(last_lock_errno);
}

void* FindSymbol(const char* name) {
  return dlsym(RTLD_DEFAULT, name);
}

void KeepLibraryLoaded() {
  Dl_info self{};
  if (dladdr(reinterpret_cast<void*>(&KeepLibraryLoaded), &self) == 0) return;
  // The handle is dropped on purpose: RTLD_NODELETE marks the library that is already loaded.
  (void)dlopen(self.dli_fname, RTLD_NOW | RTLD_NODELETE | RTLD_NOLOAD);
}

uint64_t ProcessId() {
  return static_cast<uint64_t>(getpid());
}

void DieOfCorruption() {
  static const char kMessage[] = "nomyo-native: protected memory was overwritten; aborting\n";
  (void)!write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
  abort();
}

}  // namespace nomyo::pages

#endif  // _WIN32
