#include "file_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
#else
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#endif

namespace nomyo {

namespace {

constexpr size_t kFirstBuffer = kLargeSlot;
constexpr size_t kGrowth = 4;

#ifdef _WIN32

using Handle = HANDLE;

Status OpenPath(const std::string& path, Handle* out) {
  const int length =
      MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path.c_str(), -1, nullptr, 0);
  if (length <= 0) return Status::kFile;
  std::wstring wide(static_cast<size_t>(length), L'\0');
  MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path.c_str(), -1, wide.data(), length);
  *out = CreateFileW(wide.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING,
                     FILE_ATTRIBUTE_NORMAL, nullptr);
  if (*out != INVALID_HANDLE_VALUE) return Status::kOk;
  const DWORD error = GetLastError();
  const bool missing = error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND;
  return missing ? Status::kFileNotFound : Status::kFile;
}

long long ReadAt(Handle file, uint8_t* to, size_t room, size_t offset) {
  OVERLAPPED at{};
  at.Offset = static_cast<DWORD>(offset);
  DWORD got = 0;
  if (::ReadFile(file, to, static_cast<DWORD>(room), &got, &at)) return got;
  return GetLastError() == ERROR_HANDLE_EOF ? 0 : -1;
}

void Close(Handle file) {
  CloseHandle(file);
}

#else

using Handle = int;

Status OpenPath(const std::string& path, Handle* out) {
  *out = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (*out >= 0) return Status::kOk;
  return errno == ENOENT || errno == ENOTDIR ? Status::kFileNotFound : Status::kFile;
}

// pread(2) fails on pipes and terminals, which is what we want.
long long ReadAt(Handle file, uint8_t* to, size_t room, size_t offset) {
  for (;;) {
    const ssize_t got = pread(file, to, room, static_cast<off_t>(offset));
    if (got >= 0 || errno != EINTR) return got;
  }
}

void Close(Handle file) {
  close(file);
}

#endif

// Moves to a larger buffer when the first is full: most key files fit into one slot of the arena.
Status Grow(SecureBytes* buffer, size_t used, size_t most) {
  SecureBytes larger;
  const Status room = SecureBytes::Allocate(std::min(buffer->length() * kGrowth, most), &larger);
  if (room != Status::kOk) return room;
  memcpy(larger.data(), buffer->data(), used);
  *buffer = std::move(larger);
  return Status::kOk;
}

Status ReadAll(Handle file, size_t max_length, SecureBytes* out) {
  const size_t most = max_length + 1;  // one byte more shows that the file is too long
  SecureBytes buffer;
  Status status = SecureBytes::Allocate(std::min(kFirstBuffer, most), &buffer);
  size_t used = 0;
  while (status == Status::kOk) {
    const long long got = ReadAt(file, buffer.data() + used, buffer.length() - used, used);
    if (got < 0) return Status::kFile;
    if (got == 0) break;
    used += static_cast<size_t>(got);
    if (used > max_length) return Status::kFileTooLarge;
    if (used == buffer.length()) status = Grow(&buffer, used, most);
  }
  if (status != Status::kOk) return status;
  return used == 0 ? Status::kFileEmpty : SecureBytes::CopyOf(buffer.data(), used, out);
}

}  // namespace

Status ReadFile(const std::string& path, size_t max_length, SecureBytes* out) {
  Handle file{};
  const Status opened = OpenPath(path, &file);
  if (opened != Status::kOk) return opened;
  const Status status = ReadAll(file, max_length, out);
  Close(file);
  return status;
}

Status ReadDescriptor(int fd, size_t max_length, SecureBytes* out) {
#ifdef _WIN32
  (void)fd, (void)max_length, (void)out;
  return Status::kUnavailable;
#else
  return ReadAll(fd, max_length, out);
#endif
}

}  // namespace nomyo
