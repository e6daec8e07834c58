#include "openssl.h"

#include <cstring>

namespace nomyo {

namespace {

constexpr unsigned long kOpenSsl3 = 0x30000000UL;  // OpenSSL_version_num(3): 0xMNN00PP0

bool Load(OpenSsl* table) {
#define NOMYO_RESOLVE(name, result, parameters) \
  if (!Resolve(#name, &table->name)) return false;
  NOMYO_OPENSSL_FUNCTIONS(NOMYO_RESOLVE)
#undef NOMYO_RESOLVE
  return table->OpenSSL_version_num() >= kOpenSsl3;
}

}  // namespace

const OpenSsl* OpenSsl::Get() {
  static const OpenSsl* const loaded = [] {
    static OpenSsl table;
    return Load(&table) ? &table : nullptr;
  }();
  return loaded;
}

// The data is not const in OpenSSL because the same struct serves getters.
OsslParam UnsignedParam(const char* key, const void* data, size_t length) {
  return {key, kParamUnsignedInteger, const_cast<void*>(data), length, kParamUnmodified};
}

OsslParam TextParam(const char* key, const char* text) {
  return {key, kParamUtf8String, const_cast<char*>(text), strlen(text), kParamUnmodified};
}

}  // namespace nomyo
