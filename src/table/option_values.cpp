#include "table/option_values.h"

#include <charconv>

namespace doline {

void refuse_option(std::string_view option, const Value& value, std::string_view wanted) {
  throw Error(ErrorCode::kInvalidArgument, "{} = {}: expected {}", option, value.to_literal(),
              wanted);
}

std::string text_option(const Value& value, std::string_view option) {
  if (!value.type()->is(TypeKind::kVarchar)) refuse_option(option, value, "a text");
  return value.as_text();
}

std::vector<std::string> texts_option(const Value& value, std::string_view option) {
  if (value.type()->is(TypeKind::kVarchar)) return {value.as_text()};
  if (!value.type()->is(TypeKind::kList)) refuse_option(option, value, "a text or a list of texts");
  std::vector<std::string> texts;
  for (const Value& text : value.as_nested()) texts.push_back(text_option(text, option));
  return texts;
}

int64_t integer_option(const Value& value, std::string_view option, int64_t least) {
  if (value.type()->is_integer() || value.type()->is(TypeKind::kHugeInt)) {
    const int128_t wide = value.as_integer();
    if (wide >= least && wide <= INT64_MAX) return static_cast<int64_t>(wide);
  }
  refuse_option(
      option, value,
      least == INT64_MIN ? "a whole number" : fmt::format("a whole number of at least {}", least));
}

bool flag_option(const Value& value, std::string_view option) {
  if (value.type()->is(TypeKind::kBool)) return value.as_bool();
  if (value.type()->is_integer()) return value.as_integer() != 0;
  if (value.type()->is(TypeKind::kVarchar)) {
    const std::string& text = value.as_text();
    if (text == "true" || text == "on" || text == "1" || text == "TRUE") return true;
    if (text == "false" || text == "off" || text == "0" || text == "FALSE") return false;
  }
  refuse_option(option, value, "true or false");
}

Compression compression_option(const Value& value, std::string_view option) {
  const auto compression = compression_from_name(value.to_string());
  if (!compression) refuse_option(option, value, "auto, none, gzip, zstd or lz4");
  return *compression;
}

std::vector<std::pair<std::string, std::string>> key_values_option(const Value& value,
                                                                   std::string_view option) {
  if (!value.type()->is(TypeKind::kStruct))
    refuse_option(option, value, "a struct: {author: 'me'}");
  std::vector<std::pair<std::string, std::string>> pairs;
  const std::vector<Field>& fields = value.type()->fields();
  for (size_t i = 0; i < fields.size(); ++i)
    pairs.emplace_back(fields[i].name, value.as_nested()[i].to_string());
  return pairs;
}

std::string filename_option(const Value& value, std::string_view option) {
  if (value.type()->is(TypeKind::kVarchar) && value.as_text() != "true" &&
      value.as_text() != "false") {
    return value.as_text();
  }
  return flag_option(value, option) ? "filename" : "";
}

std::string pack_texts(const std::vector<std::string>& texts) {
  std::string packed;
  for (const std::string& text : texts) packed += fmt::format("{}:{}", text.size(), text);
  return packed;
}

std::vector<std::string> unpack_texts(std::string_view packed) {
  std::vector<std::string> texts;
  while (!packed.empty()) {
    size_t size = 0;
    const auto read = std::from_chars(packed.data(), packed.data() + packed.size(), size);
    const auto head = static_cast<size_t>(read.ptr - packed.data());
    if (read.ec != std::errc() || head >= packed.size() || *read.ptr != ':' ||
        size > packed.size() - head - 1) {
      throw Error(ErrorCode::kCorrupt, "plan bytes: a list of texts is damaged");
    }
    texts.emplace_back(packed.substr(head + 1, size));
    packed.remove_prefix(head + 1 + size);
  }
  return texts;
}

const std::string& descriptor_text(const std::map<std::string, std::string>& parameters,
                                   const std::string& name, std::string_view kind) {
  const auto found = parameters.find(name);
  if (found == parameters.end())
    throw Error(ErrorCode::kCorrupt, "plan bytes: a {} table without {}", kind, name);
  return found->second;
}

}  // namespace doline
