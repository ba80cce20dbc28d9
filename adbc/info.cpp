#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "metadata.h"

namespace doline_adbc {

namespace {

struct Info {
  uint32_t code;
  std::variant<std::string, bool, int64_t> value;  // by the union's type codes 0, 1 and 2
};

std::vector<Info> all_info() {
  return {{ADBC_INFO_VENDOR_NAME, std::string("Doline")},
          {ADBC_INFO_VENDOR_VERSION, std::string(doline::version())},
          {ADBC_INFO_VENDOR_SQL, true},
          {ADBC_INFO_VENDOR_SUBSTRAIT, false},
          {ADBC_INFO_DRIVER_NAME, std::string("ADBC driver of Doline")},
          {ADBC_INFO_DRIVER_VERSION, std::string(doline::version())},
          {ADBC_INFO_DRIVER_ADBC_VERSION, int64_t{ADBC_VERSION_1_1_0}}};
}

doline::Schema info_schema() {
  return make_schema(
      {.name = "", .format = "+s", .flags = 0},
      nodes(make_schema({.name = "info_name", .format = "I", .flags = 0}),
            make_schema(
                {"info_value", "+ud:0,1,2,3,4,5"},
                nodes(make_schema({"string_value", "u"}), make_schema({"bool_value", "b"}),
                      make_schema({"int64_value", "l"}), make_schema({"int32_bitmask", "i"}),
                      make_schema({"string_list", "+l"}, nodes(make_schema({"item", "u"}))),
                      make_schema({"int32_to_int32_list_map", "+m"},
                                  nodes(make_schema(
                                      {.name = "entries", .format = "+s", .flags = 0},
                                      nodes(make_schema({.name = "key", .format = "i", .flags = 0}),
                                            make_schema({"value", "+l"},
                                                        nodes(make_schema({"item", "i"})))))))))));
}

template <class T>
Bytes bytes_of(const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

/// A bit each, the first the lowest.
Bytes bits_of(const std::vector<bool>& values) {
  Bytes bits((values.size() + 7) / 8);
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i]) bits[i / 8] |= std::byte{1} << (i % 8);
  return bits;
}

Array array_of(const std::vector<Info>& infos) {
  std::vector<uint32_t> codes;
  std::vector<int8_t> kinds;
  std::vector<int32_t> places, ends{0};
  std::vector<char> texts;
  std::vector<bool> flags;
  std::vector<int64_t> numbers;
  for (const Info& info : infos) {
    codes.push_back(info.code);
    kinds.push_back(static_cast<int8_t>(info.value.index()));
    if (const auto* text = std::get_if<std::string>(&info.value)) {
      places.push_back(static_cast<int32_t>(ends.size() - 1));
      texts.insert(texts.end(), text->begin(), text->end());
      ends.push_back(static_cast<int32_t>(texts.size()));
    } else if (const auto* flag = std::get_if<bool>(&info.value)) {
      places.push_back(static_cast<int32_t>(flags.size()));
      flags.push_back(*flag);
    } else {
      places.push_back(static_cast<int32_t>(numbers.size()));
      numbers.push_back(std::get<int64_t>(info.value));
    }
  }
  const auto count_of = [](const auto& values) { return static_cast<int64_t>(values.size()); };
  const auto no_bitmap = std::nullopt;
  const Bytes no_ends = bytes_of(std::vector<int32_t>{0});
  const auto no_numbers = [&] { return make_array(0, {no_bitmap, Bytes()}); };
  return make_array(
      count_of(infos), {no_bitmap},
      nodes(make_array(count_of(infos), {no_bitmap, bytes_of(codes)}),
            make_array(
                count_of(infos), {bytes_of(kinds), bytes_of(places)},
                nodes(make_array(count_of(ends) - 1, {no_bitmap, bytes_of(ends), bytes_of(texts)}),
                      make_array(count_of(flags), {no_bitmap, bits_of(flags)}),
                      make_array(count_of(numbers), {no_bitmap, bytes_of(numbers)}), no_numbers(),
                      make_array(0, {no_bitmap, no_ends},
                                 nodes(make_array(0, {no_bitmap, no_ends, Bytes()}))),
                      make_array(0, {no_bitmap, no_ends},
                                 nodes(make_array(
                                     0, {no_bitmap},
                                     nodes(no_numbers(), make_array(0, {no_bitmap, no_ends},
                                                                    nodes(no_numbers()))))))))));
}

}  // namespace

KeptRows info_rows(const uint32_t* codes, size_t count) {
  std::vector<Info> infos;
  for (Info& info : all_info())
    if (!codes || std::find(codes, codes + count, info.code) != codes + count)
      infos.push_back(std::move(info));
  KeptRows rows(info_schema());
  rows.add(array_of(infos));
  return rows;
}

}  // namespace doline_adbc
