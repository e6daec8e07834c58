// One small function per system call. Everything above this header is the same on all platforms;
// pages_posix.cc (Linux, macOS) and pages_win.cc implement it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace nomyo::pages {

// Bytes in one page.
size_t Size();

// Reserved address space: a guard until Open() is called on a part of it.
// All lengths are multiples of Size(). nullptr when the system has no more.
uint8_t* Reserve(size_t length);

// The same, backed by memory that the kernel itself has no mapping for (memfd_secret(2), Linux
// 5.14): neither root nor /proc/PID/mem can read it. It is always locked. nullptr where unsupported.
uint8_t* ReserveSecret(size_t length);

// Gives back what Reserve or ReserveSecret returned.
void Release(uint8_t* start, size_t length);

// Makes a part of a reservation readable and writable; it reads as zeros.
bool Open(uint8_t* start, size_t length);

// Keeps the pages out of swap. False when the limit is reached or permission is missing.
bool Lock(uint8_t* start, size_t length);

// Gives back the lock and the frames of a whole reservation whose pages were wiped. The addresses stay
// the caller's until Release(): they read as zeros and can be written to, and what is written there is
// not locked, but still left out of dumps and of children.
void Retire(uint8_t* start, size_t length);

// Keeps the pages out of core dumps and crash reports.
bool ExcludeFromDump(uint8_t* start, size_t length);

// A forked child finds zeros (or no memory at all), never the contents.
bool WipeInChildren(uint8_t* start, size_t length);
bool DropInChildren(uint8_t* start, size_t length);

// A store that the compiler must not optimize away.
void Wipe(void* start, size_t length);

// Bytes from the kernel's generator, straight into place.
bool Random(void* start, size_t length);

struct LockLimit {
  bool unlimited;
  uint64_t bytes;
};

// RLIMIT_MEMLOCK (soft), or the minimum working set of a Windows process.
LockLimit GetLockLimit();

// Why the last Lock() on this thread failed, as the system words it. Empty: it did not.
std::string LastLockError();

// A function that the running program or one of its libraries exports. nullptr: none.
void* FindSymbol(const char* name);

// This library stays mapped until the process ends, even when the last worker that loaded it is
// gone: memory that it handed out may outlive that worker.
void KeepLibraryLoaded();

uint64_t ProcessId();

// Memory was overwritten: says so on standard error, without any content, and aborts.
[[noreturn]] void DieOfCorruption();

}  // namespace nomyo::pages
