// Reads a small file, such as a private key, straight into protected memory.
#pragma once

#include <cstddef>
#include <string>

#include "secure_bytes.h"
#include "status.h"

namespace nomyo {

// `path` is UTF-8. Never waits for a pipe or a terminal.
Status ReadFile(const std::string& path, size_t max_length, SecureBytes* out);

// The same from an open descriptor, from its start: what fstat said of it is true of what is read.
// Unix only (kUnavailable on Windows, where descriptors belong to one copy of the C runtime).
Status ReadDescriptor(int fd, size_t max_length, SecureBytes* out);

}  // namespace nomyo
