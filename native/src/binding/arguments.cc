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

size_t Arguments::WholeNumber(const Napi::Value& value, const char* name, size_t least,
                              size_t most) {
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

size_t Arguments::Size(size_t index, const char* name, size_t least, size_t most) {
  return WholeNumber(info_[index], name, least, most);
}

size_t Arguments::SizeIn(size_t index, const char* object, const char* name, size_t least,
                         size_t most) {
  if (!info_[index].IsObject()) {
    Fail(WrongType(object, "an object"));
    return 0;
  }
  napi_value value = nullptr;
  // A getter may run here: read such arguments before those that point into memory.
  if (napi_get_named_property(info_.Env(), info_[index], name, &value) != napi_ok) {
    napi_value thrown = nullptr;  // by the getter; ours takes its place
    (void)napi_get_and_clear_last_exception(info_.Env(), &thrown);
    Fail(WrongType(object, "an object with plain properties"));
    return 0;
  }
  return WholeNumber(Napi::Value(info_.Env(), value), name, least, most);
}

std::string Arguments::Text(size_t index, const char* name) {
  const Napi::Value value = info_[index];
  size_t length = 0;
  if (!value.IsString() ||
      napi_get_value_string_utf8(info_.Env(), value, nullptr, 0, &length) != napi_ok) {
    Fail(WrongType(name, "a string"));
    return "";
  }
  std::string text(length, '\0');
  napi_get_value_string_utf8(info_.Env(), value, text.data(), length + 1, &length);
  if (text.empty() || text.find('\0') != std::string::npos) {
    Fail(OutOfRange(name, "a string with text and without a null character"));
  }
  return text;
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

std::shared_ptr<SharedRegion> Arguments::RegionOrCopy(size_t index, const char* name, size_t most) {
  if (!info_[index].IsTypedArray()) return Region(index, name, 1, most);
  const der::Bytes bytes = Bytes(index, name, 1, most);
  if (!ok()) return nullptr;
  SecureBytes copy;
  const Status status = SecureBytes::CopyOf(bytes.data, bytes.length, &copy);
  if (status != Status::kOk) {
    Fail(FromStatus(status));
    return nullptr;
  }
  return std::shared_ptr<SharedRegion>(new SharedRegion(info_.Env(), std::move(copy)));
}

der::Bytes Arguments::RegionOrBytes(size_t index, const char* name, size_t most) {
  if (info_[index].IsTypedArray()) return Bytes(index, name, 1, most);
  const auto region = Region(index, name, 1, most);
  if (region == nullptr) return {};
  return {region->bytes().data(), region->bytes().length()};
}

}  // namespace nomyo::binding
