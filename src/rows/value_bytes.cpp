#include "rows/value_bytes.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "kernel/calendar.h"
#include "kernel/compare.h"

namespace doline {

namespace {

constexpr std::byte kNullTag{0};
constexpr std::byte kValueTag{1};

void append_raw(std::vector<std::byte>& out, const void* from, size_t size) {
  const size_t at = out.size();
  out.resize(at + size);
  if (size != 0) std::memcpy(out.data() + at, from, size);
}

std::span<const std::byte> take(std::span<const std::byte>& in, size_t size) {
  if (size > in.size()) throw Error(ErrorCode::kCorrupt, "a stored value ends early");
  const auto taken = in.first(size);
  in = in.subspan(size);
  return taken;
}

template <class T>
T take_value(std::span<const std::byte>& in) {
  return load_unaligned<T>(take(in, sizeof(T)).data());
}

template <class T>
T canonical(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return std::numeric_limits<T>::quiet_NaN();
    return value == 0 ? T{0} : value;
  } else if constexpr (std::is_same_v<T, Interval>) {
    return normalized(value);
  } else {
    return value;
  }
}

void skip_tagged(TypeRef type, std::span<const std::byte>& in);

/// Behind the tag of a value that is not NULL.
void skip_value(TypeRef type, std::span<const std::byte>& in) {
  if (type->physical() == PhysicalType::kStruct) {
    for (const Field& field : type->fields()) skip_tagged(field.type, in);
    return;
  }
  dispatch_physical(type->physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, bool>) {
      take(in, 1);
    } else if constexpr (std::is_same_v<T, StringView>) {
      take(in, take_value<uint32_t>(in));
    } else if constexpr (std::is_same_v<T, ListEntry>) {
      const auto size = take_value<uint32_t>(in);
      for (uint32_t i = 0; i < size; ++i) skip_tagged(type->child(), in);
    } else {
      take(in, sizeof(T));
    }
  });
}

void skip_tagged(TypeRef type, std::span<const std::byte>& in) {
  if (take(in, 1)[0] != kNullTag) skip_value(type, in);
}

}  // namespace

Interval normalized(Interval interval) {
  constexpr int64_t kDayMicros = int64_t{86'400'000'000};
  const int128_t total = normalized_micros(interval);
  const auto days = static_cast<int64_t>(total / kDayMicros);
  return Interval{static_cast<int32_t>(days / 30), static_cast<int32_t>(days % 30),
                  static_cast<int64_t>(total % kDayMicros)};
}

void append_value_bytes(std::vector<std::byte>& out, const Column& column, uint32_t row,
                        ValueForm form) {
  if (column.is_null(row)) {
    out.push_back(kNullTag);
    return;
  }
  if (column.is_dictionary()) {
    append_value_bytes(out, column.dictionary()->values(), column.codes()[row], form);
    return;
  }
  out.push_back(kValueTag);
  const uint32_t at = column.index_of(row);
  if (column.physical() == PhysicalType::kStruct) {
    for (const Column& child : column.children()) append_value_bytes(out, child, at, form);
    return;
  }
  dispatch_physical(column.physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, bool>) {
      out.push_back(std::byte{test_bit(column.bits(), at)});
    } else if constexpr (std::is_same_v<T, StringView>) {
      const StringView& text = column.values<StringView>()[at];
      const uint32_t size = text.size();
      append_raw(out, &size, sizeof size);
      append_raw(out, text.data(), size);
    } else if constexpr (std::is_same_v<T, ListEntry>) {
      const ListEntry entry = column.values<ListEntry>()[at];
      append_raw(out, &entry.size, sizeof entry.size);
      for (uint32_t i = 0; i < entry.size; ++i)
        append_value_bytes(out, column.child(), entry.begin + i, form);
    } else {
      T value = column.values<T>()[at];
      if (form == ValueForm::kCanonical) value = canonical(value);
      append_raw(out, &value, sizeof value);
    }
  });
}

void read_value_bytes(std::span<const std::byte>& in, ColumnBuilder& out) {
  if (take(in, 1)[0] == kNullTag) return out.append_null();
  const PhysicalType physical = out.type()->physical();
  if (physical == PhysicalType::kStruct) {
    for (size_t i = 0; i < out.type()->fields().size(); ++i) read_value_bytes(in, out.child(i));
    return out.finish_struct();
  }
  dispatch_physical(physical, [&]<class T>() {
    if constexpr (std::is_same_v<T, bool>) {
      out.append_bool(take(in, 1)[0] != std::byte{0});
    } else if constexpr (std::is_same_v<T, StringView>) {
      const auto text = take(in, take_value<uint32_t>(in));
      out.append_text({reinterpret_cast<const char*>(text.data()), text.size()});
    } else if constexpr (std::is_same_v<T, ListEntry>) {
      const auto size = take_value<uint32_t>(in);
      for (uint32_t i = 0; i < size; ++i) read_value_bytes(in, out.child());
      out.finish_list();
    } else {
      out.append(take_value<T>(in));
    }
  });
}

int compare_value_bytes(TypeRef type, std::span<const std::byte>& a,
                        std::span<const std::byte>& b) {
  const bool a_null = take(a, 1)[0] == kNullTag;
  const bool b_null = take(b, 1)[0] == kNullTag;
  if (a_null || b_null) {
    if (!a_null) skip_value(type, a);
    if (!b_null) skip_value(type, b);
    return int{a_null} - int{b_null};
  }
  // Both are read to their ends even after the first difference: they stand in longer sequences.
  if (type->physical() == PhysicalType::kStruct) {
    int order = 0;
    for (const Field& field : type->fields()) {
      const int compared = compare_value_bytes(field.type, a, b);
      if (order == 0) order = compared;
    }
    return order;
  }
  return dispatch_physical(type->physical(), [&]<class T>() -> int {
    if constexpr (std::is_same_v<T, bool>) {
      const auto x = static_cast<int>(take(a, 1)[0]);
      return x - static_cast<int>(take(b, 1)[0]);
    } else if constexpr (std::is_same_v<T, StringView>) {
      const auto x = take(a, take_value<uint32_t>(a));
      const auto y = take(b, take_value<uint32_t>(b));
      const size_t common = std::min(x.size(), y.size());
      const int compared = common == 0 ? 0 : std::memcmp(x.data(), y.data(), common);
      return compared != 0 ? compared : int{x.size() > y.size()} - int{x.size() < y.size()};
    } else if constexpr (std::is_same_v<T, ListEntry>) {
      const auto x = take_value<uint32_t>(a);
      const auto y = take_value<uint32_t>(b);
      int order = 0;
      for (uint32_t i = 0; i < std::min(x, y); ++i) {
        const int compared = compare_value_bytes(type->child(), a, b);
        if (order == 0) order = compared;
      }
      for (uint32_t i = y; i < x; ++i) skip_tagged(type->child(), a);
      for (uint32_t i = x; i < y; ++i) skip_tagged(type->child(), b);
      return order != 0 ? order : int{x > y} - int{x < y};
    } else {
      const T x = take_value<T>(a);
      const T y = take_value<T>(b);
      if constexpr (std::is_floating_point_v<T>) {
        return compare_floats(x, y);
      } else if constexpr (std::is_same_v<T, Interval>) {
        const int128_t p = normalized_micros(x);
        const int128_t q = normalized_micros(y);
        return int{p > q} - int{p < q};
      } else {
        return int{x > y} - int{x < y};
      }
    }
  });
}

}  // namespace doline
