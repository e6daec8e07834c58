#include "task.h"

#include <memory>
#include <utility>

#include "errors.h"

namespace nomyo::binding {

Task::Task(napi_deferred deferred, Work work, Finish finish)
    : deferred_(deferred), work_(std::move(work)), finish_(std::move(finish)) {}

Napi::Value Task::Start(Napi::Env env, Work work, Finish finish) {
  napi_deferred deferred = nullptr;
  napi_value promise = nullptr;
  napi_value name = nullptr;
  if (napi_create_promise(env, &deferred, &promise) != napi_ok) return Napi::Value();
  std::unique_ptr<Task> task(new Task(deferred, std::move(work), std::move(finish)));
  if (napi_create_string_utf8(env, "nomyo-native", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env, nullptr, name, Execute, Complete, task.get(), &task->handle_) !=
          napi_ok) {
    return Napi::Value();
  }
  if (napi_queue_async_work(env, task->handle_) != napi_ok) {
    napi_delete_async_work(env, task->handle_);
    return Napi::Value();
  }
  (void)task.release();  // Complete() owns it from here
  return Napi::Value(env, promise);
}

void Task::Execute(napi_env, void* data) {
  auto* task = static_cast<Task*>(data);
  task->status_ = task->work_();
}

void Task::Complete(napi_env env, napi_status status, void* data) {
  const std::unique_ptr<Task> task(static_cast<Task*>(data));
  napi_delete_async_work(env, task->handle_);
  // Cancelled: the environment ends before the work began.
  if (status != napi_cancelled) task->Settle(env);
}

void Task::Settle(napi_env env) {
  if (status_ != Status::kOk) {
    (void)napi_reject_deferred(env, deferred_, MakeError(env, FromStatus(status_)));
    return;
  }
  const Napi::Value value = finish_(env);
  if (!value.IsEmpty()) {
    (void)napi_resolve_deferred(env, deferred_, value);
    return;
  }
  napi_value error = nullptr;
  bool pending = false;
  (void)napi_is_exception_pending(env, &pending);
  if (pending) (void)napi_get_and_clear_last_exception(env, &error);
  if (error == nullptr) error = MakeError(env, FromStatus(Status::kOperation));
  (void)napi_reject_deferred(env, deferred_, error);
}

}  // namespace nomyo::binding
