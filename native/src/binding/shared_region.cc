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

void SharedRegion::Wipe() {
  if (pins_ > 0) {
    wipe_when_idle_ = true;
  } else {
    bytes_.Wipe();
  }
}

Pin::Pin(std::shared_ptr<SharedRegion> region) : region_(std::move(region)) {
  region_->pins_++;
}

Pin::~Pin() {
  region_->pins_--;
  if (region_->pins_ > 0 || !region_->wipe_when_idle_) return;
  region_->wipe_when_idle_ = false;
  region_->bytes_.Wipe();
}

}  // namespace nomyo::binding
