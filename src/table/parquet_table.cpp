#include "table/parquet_table.h"

#include <algorithm>

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

/// `text` as a value of `type`; nullopt where it is none.
std::optional<Value> cast_text(const std::string& text, TypeRef type) {
  if (text == kHiveNull) return Value::null(type);
  if (type->is(TypeKind::kVarchar)) return Value::text(text);
  const ExprRef cast = CastExpr::create(ConstantExpr::create(Value::text(text)), type, true);
  const Value value = evaluate_constant(cast, {});
  if (value.is_null()) return std::nullopt;
  return value;
}

/// The narrowest of BIGINT, DATE and VARCHAR that all values have.
TypeRef partition_type(const std::vector<std::string>& values) {
  for (const TypeRef type : {Type::int64(), Type::date()}) {
    const bool all = std::all_of(values.begin(), values.end(), [&](const std::string& text) {
      // "007" is a name, not a number.
      const bool keeps =
          !type->is(TypeKind::kInt64) || text.size() < 2 || (text[0] != '0' && text[0] != '+');
      return text == kHiveNull || (keeps && cast_text(text, type));
    });
    if (all) return type;
  }
  return Type::varchar();
}

bool has_column(const Schema& schema, const std::string& name) {
  return std::any_of(schema.begin(), schema.end(),
                     [&](const Field& field) { return field.name == name; });
}

const bool kRegistered = [] {
  register_table_kind("parquet", &ParquetTable::reopen);
  register_writer("parquet", &open_parquet_writer);
  return true;
}();

}  // namespace

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

parquet::ParquetFileRef ParquetPart::file(FileSystem& files, const AccessPolicy& policy) const {
  MutexLock lock(mutex_);
  if (!file_)
    file_ =
        parquet::ParquetFile::open(files.open_file(listed_.path, policy, {listed_.version, false}));
  return file_;
}

parquet::ParquetFileRef ParquetPart::file_if_open() const {
  MutexLock lock(mutex_);
  return file_;
}

ParquetTable::ParquetTable(FileSystem& files, AccessPolicy policy, std::vector<std::string> paths,
                           ParquetTableOptions options)
    : files_(files), policy_(std::move(policy)), paths_(std::move(paths)), options_(options) {
  list_parts();
  make_schema();
}

void ParquetTable::list_parts() {
  const std::vector<ListedFile> listed = files_.list(paths_, policy_);
  for (const ListedFile& file : listed) {
    if (!file.is_regular) {
      throw Error(ErrorCode::kNotSupported,
                  "{} can only be read in sequence, and Parquet is read from its end", file.path)
          .hint("write it to a file first");
    }
  }
  std::vector<std::string> keys;
  for (const auto& [key, value] : hive_directories(listed.front().path)) keys.push_back(key);
  const auto same_keys = [&](const ListedFile& file) {
    const auto pairs = hive_directories(file.path);
    return pairs.size() == keys.size() &&
           std::equal(pairs.begin(), pairs.end(), keys.begin(),
                      [](const auto& pair, const auto& key) { return pair.first == key; });
  };
  const bool alike = std::all_of(listed.begin(), listed.end(), same_keys);
  if (options_.hive_partitioning.value_or(false) && !alike) {
    throw Error(
        ErrorCode::kFormat,
        "hive_partitioning: the files do not lie in the same kind of key=value directories");
  }
  if (!alike || !options_.hive_partitioning.value_or(true)) keys.clear();
  std::vector<std::vector<std::string>> texts(keys.size());
  for (const ListedFile& file : listed) {
    const auto pairs = hive_directories(file.path);
    for (size_t key = 0; key < keys.size(); ++key) texts[key].push_back(pairs[key].second);
  }
  for (size_t key = 0; key < keys.size(); ++key)
    partition_columns_.push_back({keys[key], partition_type(texts[key])});
  for (size_t i = 0; i < listed.size(); ++i) {
    std::vector<Value> values;
    for (size_t key = 0; key < keys.size(); ++key)
      values.push_back(*cast_text(texts[key][i], partition_columns_[key].type));
    parts_.push_back(std::make_unique<ParquetPart>(listed[i], std::move(values)));
  }
}

void ParquetTable::make_schema() {
  schema_ = open_part(0)->schema();
  if (options_.union_by_name) {
    for (size_t part = 1; part < parts_.size(); ++part) {
      for (const Field& field : open_part(part)->schema()) {
        if (!has_column(schema_, field.name)) schema_.push_back(field);
      }
    }
  }
  for (const Field& field : partition_columns_) {
    const auto known = std::find_if(schema_.begin(), schema_.end(),
                                    [&](const Field& f) { return f.name == field.name; });
    if (known == schema_.end()) {
      schema_.push_back(field);
    } else {
      known->type = field.type;  // the directory's value counts
    }
  }
  if (options_.filename) {
    if (has_column(schema_, "filename")) {
      throw Error(ErrorCode::kAmbiguous,
                  "filename => true: the files have a column of that name themselves");
    }
    schema_.push_back({"filename", Type::varchar()});
  }
  for (const Field& field : schema_) {
    const auto known = std::find_if(partition_columns_.begin(), partition_columns_.end(),
                                    [&](const Field& f) { return f.name == field.name; });
    partition_of_.push_back(known == partition_columns_.end()
                                ? -1
                                : static_cast<int32_t>(known - partition_columns_.begin()));
  }
}

TableStatistics ParquetTable::statistics() const {
  TableStatistics statistics;
  uint64_t known_rows = 0, known_bytes = 0, bytes = 0;
  size_t open = 0;
  for (const auto& part : parts_) {
    bytes += part->listed().version.size_bytes;
    const auto file = part->file_if_open();
    if (!file) continue;
    ++open;
    known_rows += file->row_count();
    known_bytes += part->listed().version.size_bytes;
  }
  statistics.is_exact = open == parts_.size();
  statistics.row_count =
      statistics.is_exact || known_bytes == 0
          ? known_rows
          : static_cast<uint64_t>(static_cast<double>(known_rows) * static_cast<double>(bytes) /
                                  static_cast<double>(known_bytes));
  if (parts_.size() != 1) return statistics;
  const auto file = open_part(0);
  for (uint32_t column = 0; column < schema_.size(); ++column) {
    ColumnStatistics one;
    if (column < file->schema().size() && partition_of_[column] < 0) {
      const parquet::ColumnBounds bounds = file->column_bounds(column);
      one.min = bounds.min;
      one.max = bounds.max;
      one.null_count = bounds.null_count;
    }
    statistics.columns.push_back(std::move(one));
  }
  return statistics;
}

std::string ParquetTable::describe() const {
  if (parts_.size() == 1) return "Parquet, " + parts_[0]->listed().path;
  return fmt::format("Parquet, {} files", parts_.size());
}

TableDescriptor ParquetTable::descriptor() const {
  TableDescriptor descriptor{"parquet", {}};
  for (size_t i = 0; i < paths_.size(); ++i)
    descriptor.parameters[fmt::format("path{:06}", i)] = paths_[i];
  if (options_.filename) descriptor.parameters["filename"] = "true";
  if (options_.union_by_name) descriptor.parameters["union_by_name"] = "true";
  if (options_.hive_partitioning)
    descriptor.parameters["hive_partitioning"] = *options_.hive_partitioning ? "true" : "false";
  return descriptor;
}

TableRef ParquetTable::reopen(const TableDescriptor& descriptor, const AccessPolicy& policy) {
  std::vector<std::string> paths;
  ParquetTableOptions options;
  for (const auto& [name, value] : descriptor.parameters) {
    if (name.starts_with("path")) paths.push_back(value);
    if (name == "filename") options.filename = true;
    if (name == "union_by_name") options.union_by_name = true;
    if (name == "hive_partitioning") options.hive_partitioning = value == "true";
  }
  return make_ref<const ParquetTable>(FileSystem::local(), policy, std::move(paths), options);
}

std::unique_ptr<Scan> ParquetTable::scan(ScanRequest request, QueryContext& context) const {
  return scan_parquet(Ref<const ParquetTable>(this), std::move(request), context);
}

}  // namespace doline
