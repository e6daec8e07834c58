#include "openssl.h"

#include <cstring>

#include "pages.h"

namespace nomyo {

namespace {

constexpr unsigned long kOpenSsl3 = 0x30000000UL;  // OpenSSL_version_num(3): 0xMNN00PP0

template <typename Function>
bool Resolve(const char* name, Function* out) {
  *out = reinterpret_cast<Function>(pages::FindSymbol(name));
  return *out != nullptr;
}

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

OsslParam UnsignedParam(const char* key, void* data, size_t length) {
  return {key, kParamUnsignedInteger, data, length, kParamUnmodified};
}

OsslParam TextParam(const char* key, const char* text) {
  // OpenSSL only reads it: the type is not const because the same struct serves getters.
  return {key, kParamUtf8String, const_cast<char*>(text), strlen(text), kParamUnmodified};
}

}  // namespace nomyo
