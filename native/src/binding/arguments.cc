#include "arguments.h"

#include <cmath>

#include "region_object.h"

namespace nomyo::binding {

namespace {

std::string Range(size_t least, size_t most, const char* unit) {
  const std::string exact = std::to_string(least);
  return (least == most ? exact : exact + " to " + std::to_string(most)) + unit;
}

}  // namespace

size_t Arguments::Size(size_t index, const char* name, size_t least, size_t most) {
  const Napi::Value value = info_[index];
  double number = 0;
  if (!value.IsNumber() || napi_get_value_double(value.Env(), value, &number) != napi_ok) {
    Fail(WrongType(name, "a number"));
    return 0;
  }
  const bool fits = number >= static_cast<double>(least) && number <= static_cast<double>(most);
  if (!fits || std::floor(number) != number) {
    Fail(OutOfRange(name, "a whole number, " + Range(least, most, "")));
    return 0;
  }
  return static_cast<size_t>(number);
}

LockRule Arguments::MustLock(size_t index) {
  const Napi::Value value = info_[index];
  bool required = false;
  if (value.IsUndefined()) return LockRule::kPreferred;
  if (!value.IsBoolean() || napi_get_value_bool(info_.Env(), value, &required) != napi_ok) {
    Fail(WrongType("mustLock", "a boolean"));
  }
  return required ? LockRule::kRequired : LockRule::kPreferred;
}

bool Arguments::CheckLength(size_t length, const char* name, size_t least, size_t most) {
  if (length >= least && length <= most) return true;
  Fail(OutOfRange(name, Range(least, most, " bytes long")));
  return false;
}

der::Bytes Arguments::Bytes(size_t index, const char* name, size_t least, size_t most) {
  const Napi::Value value = info_[index];
  napi_typedarray_type type = napi_int8_array;
  size_t length = 0;
  void* data = nullptr;
  if (!value.IsTypedArray() ||
      napi_get_typedarray_info(info_.Env(), value, &type, &length, &data, nullptr, nullptr) !=
          napi_ok ||
      type != napi_uint8_array) {
    Fail(WrongType(name, "a Uint8Array"));
    return {};
  }
  if (!CheckLength(length, name, least, most)) return {};
  return {static_cast<const uint8_t*>(data), length};
}

der::Bytes Arguments::OptionalBytes(size_t index, const char* name, size_t most) {
  return info_[index].IsUndefined() ? der::Bytes{} : Bytes(index, name, 0, most);
}

std::vector<uint8_t> Arguments::BytesCopy(size_t index, const char* name, size_t least,
                                          size_t most) {
  const der::Bytes bytes = Bytes(index, name, least, most);
  return std::vector<uint8_t>(bytes.data, bytes.data + bytes.length);
}

std::shared_ptr<SharedRegion> Arguments::Region(size_t index, const char* name, size_t least,
                                                size_t most) {
  const RegionObject* object = RegionObject::From(info_[index]);
  if (object == nullptr) {
    Fail(WrongType(name, "a SecureRegion"));
    return nullptr;
  }
  if (object->shared() == nullptr) {
    Fail(Released(name));
    return nullptr;
  }
  const size_t length = object->shared()->bytes().length();
  return CheckLength(length, name, least, most) ? object->shared() : nullptr;
}

std::shared_ptr<SharedRegion> Arguments::CbcKey(size_t index, const char* name) {
  auto key = Region(index, name, 16, 32);
  if (key != nullptr && key->bytes().length() % 8 != 0) {
    Fail(OutOfRange(name, "16, 24 or 32 bytes long"));
  }
  return key;
}

}  // namespace nomyo::binding
