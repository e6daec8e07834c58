#include "shared_region.h"

#include <utility>

namespace nomyo::binding {

SharedRegion::SharedRegion(napi_env env, SecureBytes bytes)
    : env_(env), bytes_(std::move(bytes)), footprint_(static_cast<int64_t>(bytes_.footprint())) {
  int64_t total = 0;
  (void)napi_adjust_external_memory(env_, footprint_, &total);
}

SharedRegion::~SharedRegion() {
  int64_t total = 0;
  (void)napi_adjust_external_memory(env_, -footprint_, &total);
}

}  // namespace nomyo::binding
