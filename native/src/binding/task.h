// One asynchronous operation: work on the thread pool, then the settling of a promise on the
// JavaScript thread.
#pragma once

#include <napi.h>

#include <functional>

#include "../status.h"

namespace nomyo::binding {

class Task {
 public:
  // Runs on the pool and touches no JavaScript state.
  using Work = std::function<Status()>;

  // Makes the value of the promise. Empty when JavaScript can no longer run.
  using Finish = std::function<Napi::Value(Napi::Env)>;

  // The promise. What the two functions hold (pins, copies) is released after both have run, on the
  // JavaScript thread, even if a worker is terminated in between.
  static Napi::Value Start(Napi::Env env, Work work, Finish finish);

 private:
  Task(napi_deferred deferred, Work work, Finish finish);
  static void Execute(napi_env env, void* data);
  static void Complete(napi_env env, napi_status status, void* data);
  void Settle(napi_env env);

  napi_deferred deferred_;
  Work work_;
  Finish finish_;
  Status status_ = Status::kOperation;
  napi_async_work handle_ = nullptr;
};

}  // namespace nomyo::binding
