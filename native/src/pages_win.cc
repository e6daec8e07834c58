#ifdef _WIN32

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
// After windows.h: it needs its types.
#include <bcrypt.h>
#include <stdlib.h>

#include "pages.h"

namespace nomyo::pages {

namespace {

thread_local DWORD last_lock_error = 0;

// Room to ask for beside what is to be locked: a process must be able to run in the rest of its
// minimum working set (VirtualLock, remarks).
constexpr SIZE_T kWorkingSetSlack = 1024 * 1024;

// Windows 10 1803; looked up, so that the library loads on older systems.
using WerRegister = HRESULT(WINAPI*)(const void*, DWORD);
using WerUnregister = HRESULT(WINAPI*)(const void*);

FARPROC KernelFunction(const char* name) {
  const HMODULE kernel = GetModuleHandleW(L"kernel32.dll");
  return kernel == nullptr ? nullptr : GetProcAddress(kernel, name);
}

template <typename Function>
Function As(FARPROC address) {
  return reinterpret_cast<Function>(reinterpret_cast<void*>(address));
}

bool GrowWorkingSet(SIZE_T by) {
  SIZE_T least = 0;
  SIZE_T most = 0;
  if (!GetProcessWorkingSetSize(GetCurrentProcess(), &least, &most)) return false;
  least += by + kWorkingSetSlack;
  if (most < least + kWorkingSetSlack) most = least + kWorkingSetSlack;
  return SetProcessWorkingSetSize(GetCurrentProcess(), least, most) != 0;
}

// Undoes ExcludeFromDump(): the number of excluded blocks is limited. The block begins one guard page
// above the reservation (locked_region.cc). Fails, and does no harm, when it was undone before.
void IncludeInDump(const uint8_t* reservation) {
  static const auto unregister =
      As<WerUnregister>(KernelFunction("WerUnregisterExcludedMemoryBlock"));
  if (unregister != nullptr) unregister(reservation + Size());
}

}  // namespace

size_t Size() {
  static const size_t size = [] {
    SYSTEM_INFO system;
    GetSystemInfo(&system);
    return static_cast<size_t>(system.dwPageSize);
  }();
  return size;
}

uint8_t* Reserve(size_t length) {
  return static_cast<uint8_t*>(VirtualAlloc(nullptr, length, MEM_RESERVE, PAGE_NOACCESS));
}

uint8_t* ReserveSecret(size_t) {
  return nullptr;
}

void Release(uint8_t* start, size_t) {
  IncludeInDump(start);
  VirtualFree(start, 0, MEM_RELEASE);
}

bool Open(uint8_t* start, size_t length) {
  return VirtualAlloc(start, length, MEM_COMMIT, PAGE_READWRITE) != nullptr;
}

bool Lock(uint8_t* start, size_t length) {
  last_lock_error = 0;
  if (VirtualLock(start, length)) return true;
  last_lock_error = GetLastError();
  if (last_lock_error != ERROR_WORKING_SET_QUOTA) return false;
  if (!GrowWorkingSet(length) || !VirtualLock(start, length)) return false;
  last_lock_error = 0;
  return true;
}

void Retire(uint8_t* start, size_t length) {
  uint8_t* body = start + Size();  // the guards were never committed
  const size_t body_length = length - 2 * Size();
  VirtualUnlock(body, body_length);
  // The frames may go without being written to the page file; until then the zeros stay.
  VirtualAlloc(body, body_length, MEM_RESET, PAGE_READWRITE);
  IncludeInDump(start);
}

bool ExcludeFromDump(uint8_t* start, size_t length) {
  static const auto exclude = As<WerRegister>(KernelFunction("WerRegisterExcludedMemoryBlock"));
  return exclude != nullptr && SUCCEEDED(exclude(start, static_cast<DWORD>(length)));
}

// There is no fork(): no child ever sees the pages.
bool WipeInChildren(uint8_t*, size_t) {
  return true;
}

bool DropInChildren(uint8_t*, size_t) {
  return true;
}

void Wipe(void* start, size_t length) {
  SecureZeroMemory(start, length);
}

bool Random(void* start, size_t length) {
  return BCryptGenRandom(nullptr, static_cast<PUCHAR>(start), static_cast<ULONG>(length),
                         BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0;
}

LockLimit GetLockLimit() {
  SIZE_T least = 0;
  SIZE_T most = 0;
  if (!GetProcessWorkingSetSize(GetCurrentProcess(), &least, &most)) return {false, 0};
  return {false, static_cast<uint64_t>(least)};
}

std::string LastLockError() {
  return last_lock_error == 0 ? "" : "Windows error " + std::to_string(last_lock_error);
}

void* FindSymbol(const char* name) {
  // node.exe exports OpenSSL itself.
  return reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(nullptr), name));
}

void KeepLibraryLoaded() {
  HMODULE self = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     reinterpret_cast<LPCWSTR>(&KeepLibraryLoaded), &self);
}

uint64_t ProcessId() {
  return GetCurrentProcessId();
}

void DieOfCorruption() {
  static const char kMessage[] = "nomyo-native: protected memory was overwritten; aborting\r\n";
  DWORD written = 0;
  WriteFile(GetStdHandle(STD_ERROR_HANDLE), kMessage, sizeof(kMessage) - 1, &written, nullptr);
  abort();
}

}  // namespace nomyo::pages

#endif  // _WIN32
