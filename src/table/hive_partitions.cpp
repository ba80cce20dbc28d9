#include "table/hive_partitions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "expr/expr.h"

namespace doline {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
        hex_digit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

/// The narrowest of BIGINT, DATE and VARCHAR that all values have.
TypeRef partition_type(const std::vector<std::string>& values) {
  for (const TypeRef type : {Type::int64(), Type::date()}) {
    const bool all = std::all_of(values.begin(), values.end(), [&](const std::string& text) {
      // "007" is a name, not a number.
      const bool keeps =
          !type->is(TypeKind::kInt64) || text.size() < 2 || (text[0] != '0' && text[0] != '+');
      return text == kHiveNull || (keeps && hive_value(text, type));
    });
    if (all) return type;
  }
  return Type::varchar();
}

}  // namespace

bool constants_may_match(const ScanRequest& request,
                         const std::function<std::optional<Value>(uint32_t column)>& constant_of) {
  for (const Conjunct& filter : request.filters) {
    std::vector<Column> columns(request.columns.size());
    bool is_decidable = !is_volatile(filter.expr);
    for (const uint32_t position : filter.columns) {
      const std::optional<Value> value =
          is_decidable ? constant_of(request.columns[position]) : std::nullopt;
      is_decidable &= value.has_value();
      if (value) columns[position] = value->to_column(1);
    }
    if (!is_decidable) continue;
    try {
      Program::Scratch scratch;
      if (filter.program->select(Chunk(std::move(columns), 1), scratch).empty()) return false;
    } catch (const Error&) {  // for the rows to tell, where there are any
    }
  }
  return true;
}

std::optional<Value> hive_value(const std::string& text, TypeRef type) {
  if (text == kHiveNull) return Value::null(type);
  if (type->is(TypeKind::kVarchar)) return Value::text(text);
  const ExprRef cast = CastExpr::create(ConstantExpr::create(Value::text(text)), type, true);
  const Value value = evaluate_constant(cast, {});
  if (value.is_null()) return std::nullopt;
  return value;
}

std::vector<std::pair<std::string, std::string>> hive_directories(const std::string& path) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (size_t begin = 0;;) {
    const size_t slash = path.find('/', begin);
    if (slash == std::string::npos) return pairs;  // what is left is the file's name
    const std::string_view part = std::string_view(path).substr(begin, slash - begin);
    const size_t equals = part.find('=');
    if (equals != std::string_view::npos && equals > 0) {
      pairs.emplace_back(percent_decoded(part.substr(0, equals)),
                         percent_decoded(part.substr(equals + 1)));
    }
    begin = slash + 1;
  }
}

HivePartitions find_hive_partitions(const std::vector<ListedFile>& files,
                                    const HiveOptions& options) {
  HivePartitions found;
  found.values.resize(files.size());
  if (!options.is_wanted.value_or(true)) return found;
  const auto sorted = [](const std::string& path) {
    auto pairs = hive_directories(path);
    std::sort(pairs.begin(), pairs.end());
    return pairs;
  };
  const auto first = sorted(files.front().path);
  std::vector<std::vector<std::string>> texts(first.size());
  for (const ListedFile& file : files) {
    const auto pairs = sorted(file.path);
    const bool is_alike =
        pairs.size() == first.size() &&
        std::equal(pairs.begin(), pairs.end(), first.begin(),
                   [](const auto& a, const auto& b) { return a.first == b.first; });
    if (!is_alike && options.is_wanted) {
      throw Error(
          ErrorCode::kFormat,
          "hive_partitioning: {} and {} do not lie in the same kind of key=value directories",
          files.front().path, file.path);
    }
    if (!is_alike) return found;
    for (size_t key = 0; key < pairs.size(); ++key) texts[key].push_back(pairs[key].second);
  }
  for (size_t key = 0; key < first.size(); ++key) {
    const std::string& name = first[key].first;
    if (key > 0 && first[key - 1].first == name) continue;
    TypeRef type = options.finds_types ? partition_type(texts[key]) : Type::varchar();
    for (const auto& [given, its_type] : options.types) {
      if (given == name) type = its_type;
    }
    found.columns.push_back({name, type});
    for (size_t file = 0; file < files.size(); ++file) {
      const std::optional<Value> value = hive_value(texts[key][file], type);
      if (!value) {
        throw Error(ErrorCode::kFormat, "{}: \"{}\" in the path is no {}, as hive_types says of {}",
                    files[file].path, texts[key][file], type->name(), name);
      }
      found.values[file].push_back(*value);
    }
  }
  return found;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == ' ' ||
                       c == ',' || c == '+' || byte >= 0x80;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

}  // namespace doline
