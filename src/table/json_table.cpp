#include "table/json_table.h"

#include <algorithm>

#include "column/unique_names.h"
#include "format/json/shown_text.h"
#include "format/json/sniffer.h"
#include "format/json/structure.h"
#include "format/json/value_cutter.h"
#include "format/text_begin.h"
#include "kernel/json/json_tree.h"
#include "kernel/type_text.h"
#include "table/csv_options.h"
#include "table/learned_source.h"
#include "table/option_values.h"

namespace doline {

namespace {

constexpr size_t kSampleBlockBytes = size_t{1} << 20;
/// However few values they are.
constexpr uint64_t kMostSampleBytes = uint64_t{64} << 20;

/// Looks at values until there are enough.
class JsonSampler {
 public:
  JsonSampler(const JsonOptions& options, FileSystem& files, const AccessPolicy& policy)
      : options_(options), files_(files), policy_(policy), structure_(options) {}

  const JsonStructure& structure() const { return structure_; }
  uint64_t rows() const { return rows_; }
  uint64_t bytes() const { return bytes_; }
  bool has_enough() const {
    return options_.sample_rows >= 0 &&
           (rows_ - rows_before_ >= static_cast<uint64_t>(options_.sample_rows) ||
            bytes_ - bytes_before_ >= kMostSampleBytes);
  }
  /// What was seen so far does not count for what follows.
  void want_more() {
    rows_before_ = rows_;
    bytes_before_ = bytes_;
  }

  void look_at(JsonFile& file) {
    std::unique_ptr<ByteStream> stream =
        open_listed(file.listed, files_, policy_, options_.compression);
    begin_.clear();
    std::vector<JsonPiece> pieces;
    std::unique_ptr<JsonCutter> cutter;
    while (!has_enough()) {
      BufferRef block = Buffer::allocate(kSampleBlockBytes);
      const size_t got = stream->read_fully({block->data(), kSampleBlockBytes});
      block->resize(got);
      if (!file.listed.is_regular) begin_.append(block->as<char>(), got);
      if (!cutter) {
        refuse_what_is_no_text({block->as<char>(), got}, file.listed.path);
        file.format = options_.format != JsonFormat::kAuto
                          ? options_.format
                          : detect_json_format({block->as<char>(), got}, got < kSampleBlockBytes);
        cutter = std::make_unique<JsonCutter>(
            file.format, options_, file.listed.path,
            [this, &file](uint64_t byte) { return line_at(byte, file); });
      }
      pieces.clear();
      if (got > 0) cutter->feed(block, pieces);
      if (got < kSampleBlockBytes) cutter->finish(pieces);
      for (const JsonPiece& piece : pieces) look_at(piece, file);
      if (got < kSampleBlockBytes) break;
    }
    if (file.listed.is_regular) return;
    file.pipe = std::make_shared<SniffedPipe>(file.listed.path, options_.compression,
                                              std::exchange(begin_, {}), std::move(stream));
  }

 private:
  void look_at(const JsonPiece& piece, const JsonFile& file) {
    if (!piece.by_lines) {
      for (const JsonPiece::Span span : piece.values) {
        if (has_enough()) return;
        look_at(piece, span, file);
      }
      return;
    }
    for (size_t at = 0; at < piece.text.size() && !has_enough();) {
      const size_t end = std::min(piece.text.find('\n', at), piece.text.size());
      look_at(piece, {static_cast<uint32_t>(at), static_cast<uint32_t>(end)}, file);
      at = end + 1;
    }
  }

  void look_at(const JsonPiece& piece, JsonPiece::Span span, const JsonFile& file) {
    const std::string_view text = piece.text.substr(span.begin, span.end - span.begin);
    if (!cursor_.index(text)) return damaged(text, piece.byte + span.begin, file);
    if (cursor_.at_end()) return;  // a blank line
    ++rows_;
    bytes_ += text.size() + 1;
    if (!structure_.add(cursor_) || !cursor_.at_end()) damaged(text, piece.byte + span.begin, file);
  }

  void damaged(std::string_view text, uint64_t byte, const JsonFile& file) {
    if (options_.ignore_errors) return;
    JsonTree tree;
    std::string reason = "this is no JSON";
    if (!tree.parse(text)) {
      reason = tree.error();
      byte += tree.error_position();
      if (const size_t place = reason.rfind(" at byte "); place != reason.npos)
        reason.resize(place);
    }
    throw Error(ErrorCode::kFormat, "{}: line {}, byte {}: {}", file.listed.path,
                line_at(byte, file), byte, reason)
        .note("the value: " + shown_text(text, 200))
        .hint(
            "ignore_errors => true gives NULL for what cannot be read, rejects => true leaves it "
            "out");
  }

  /// Only damage asks for it: what was looked at is then gone through again.
  uint64_t line_at(uint64_t byte, const JsonFile& file) const {
    const auto ends_in = [](std::string_view text) {
      return static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n'));
    };
    if (!file.listed.is_regular) return 1 + ends_in(std::string_view(begin_).substr(0, byte));
    const auto stream = open_listed(file.listed, files_, policy_, options_.compression);
    std::string block;
    uint64_t line = 1;
    for (uint64_t at = 0; at < byte; at += block.size()) {
      block.resize(std::min<uint64_t>(byte - at, kSampleBlockBytes));
      block.resize(stream->read_fully(std::as_writable_bytes(std::span(block))));
      if (block.empty()) break;
      line += ends_in(block);
    }
    return line;
  }

  const JsonOptions& options_;
  FileSystem& files_;
  const AccessPolicy& policy_;
  std::string begin_;  // of the file being looked at, where it can be read once
  JsonStructure structure_;
  JsonCursor cursor_;
  uint64_t rows_ = 0;
  uint64_t bytes_ = 0;
  uint64_t rows_before_ = 0;
  uint64_t bytes_before_ = 0;
};

/// Names differ in more than case in SQL; what JSON tells apart by case gets a number.
std::vector<JsonColumn> columns_of(const std::vector<Field>& fields) {
  std::vector<std::string> names;
  for (const Field& field : fields) names.push_back(field.name);
  names = unique_names(std::move(names));
  std::vector<JsonColumn> columns;
  for (size_t i = 0; i < fields.size(); ++i)
    columns.push_back({std::move(names[i]), fields[i].name, fields[i].type});
  return columns;
}

const bool kRegistered = [] {
  register_table_kind("json", &JsonTable::reopen);
  register_writer("json", &open_json_writer);
  return true;
}();

}  // namespace

Ref<const JsonTable> open_json_table(const std::vector<std::string>& paths,
                                     JsonTableOptions options, FileSystem& files,
                                     const AccessPolicy& policy, const LearnedTypes* learned) {
  (void)kRegistered;
  JsonTable::Parts parts;
  parts.is_guessed = options.json.columns.empty();
  std::vector<ListedFile> listed = files.list(paths, policy);
  const bool may_learn = parts.is_guessed && learned != nullptr && !options.json.ignore_errors &&
                         std::all_of(listed.begin(), listed.end(),
                                     [](const ListedFile& file) { return file.is_regular; });
  if (may_learn)
    parts.learned_source = learned_source(fmt::format("json {}", options.json.most_depth), listed);
  FileColumns file_columns = find_file_columns(listed, options.hive, options.filename_column);
  for (ListedFile& file : listed) {
    parts.files.push_back({std::move(file),
                           options.json.format,
                           {},
                           std::move(file_columns.values[parts.files.size()])});
  }
  if (parts.is_guessed) {
    JsonSampler sampler(options.json, files, policy);
    size_t looked_at = 0;
    for (JsonFile& file : parts.files) {
      if (!options.union_by_name && looked_at > 0 &&
          (sampler.has_enough() || looked_at >= options.most_sample_files)) {
        // What can be read once was not touched.
        continue;
      }
      if (options.union_by_name) sampler.want_more();
      sampler.look_at(file);
      ++looked_at;
    }
    JsonTimeFormats formats{options.json.date_format, options.json.timestamp_format};
    TypeRef type = sampler.structure().type(formats);
    if (may_learn) {
      const TypeRef found = learned->find(parts.learned_source, "");
      if (found != nullptr) type = wider_json_type(type, found);
    }
    parts.is_records = options.json.records != JsonRecords::kNo && type->is(TypeKind::kStruct);
    if (options.json.records == JsonRecords::kYes && !parts.is_records) {
      throw Error(ErrorCode::kFormat, "{}: records were expected, but values are {}",
                  parts.files.front().listed.path, type->name())
          .hint("records => false gives them as one column");
    }
    parts.columns = parts.is_records ? columns_of(type->fields())
                                     : std::vector<JsonColumn>{{"json", "json", type}};
    options.json.date_format = formats.date;
    options.json.timestamp_format = formats.timestamp;
    if (sampler.rows() > 0)
      parts.bytes_per_row =
          static_cast<double>(sampler.bytes()) / static_cast<double>(sampler.rows());
  } else {
    parts.is_records = options.json.records != JsonRecords::kNo;
    if (!parts.is_records && options.json.columns.size() != 1) {
      throw Error(ErrorCode::kInvalidArgument, "records => false wants one column, not {}",
                  options.json.columns.size());
    }
    parts.columns = columns_of(options.json.columns);
  }
  Schema schema;
  for (const JsonColumn& column : parts.columns) schema.push_back({column.name, column.type});
  if (!parts.is_records) schema[0].name.clear();  // a value has no key: it gives way to nothing
  const std::vector<int32_t> places = file_columns.place(schema);
  for (size_t i = 0; i < schema.size(); ++i) {
    if (i == parts.columns.size())
      parts.columns.push_back({schema[i].name, {}, schema[i].type, false});
    parts.columns[i].file_value = places[i];
  }
  parts.hidden = file_columns.hidden_in(places);
  parts.options = std::move(options.json);
  return make_ref<const JsonTable>(files, policy, std::move(parts));
}

JsonTable::JsonTable(FileSystem& files, AccessPolicy policy, Parts parts)
    : files_(files), policy_(std::move(policy)), parts_(std::move(parts)) {
  for (const JsonColumn& column : parts_.columns) {
    schema_.push_back({column.name, column.is_read()
                                        ? column.type
                                        : parts_.files.front().constant(column).type()});
  }
}

TypeRef JsonTable::value_type() const {
  if (!parts_.is_records) return parts_.columns.front().type;
  std::vector<Field> fields;
  for (const JsonColumn& column : parts_.columns) {
    if (column.is_in_file) fields.push_back({column.key, column.type});
  }
  return Type::structure(std::move(fields));
}

uint64_t JsonTable::size_bytes() const { return listed_bytes(parts_.files); }

TableStatistics JsonTable::statistics() const {
  constexpr double kUsualCompression = 6;
  return estimated_statistics(parts_.files, parts_.bytes_per_row, kUsualCompression);
}

std::string JsonTable::version() const { return listed_version("json", parts_.files); }

std::string JsonTable::describe() const {
  return parts_.files.size() == 1 ? "JSON, " + parts_.files[0].listed.path
                                  : fmt::format("JSON, {} files", parts_.files.size());
}

std::unique_ptr<Scan> JsonTable::scan(ScanRequest request, QueryContext& context) const {
  return scan_json(Ref<const JsonTable>(this), std::move(request), context);
}

std::unique_ptr<ByteStream> JsonTable::open_stream(const JsonFile& file) const {
  if (file.pipe) return file.pipe->take("read_json");
  return open_listed(file.listed, files_, policy_, parts_.options.compression);
}

FileRef JsonTable::open_file(const JsonFile& file) const {
  OpenOptions open;
  open.expected = file.listed.version;
  return files_.open_file(file.listed.path, policy_, open);
}

TableDescriptor JsonTable::descriptor() const {
  TableDescriptor descriptor{"json", {}};
  std::vector<std::string> columns, parts;
  for (const JsonColumn& column : parts_.columns) {
    columns.push_back(
        pack_texts({column.name, column.key, column.type->name(), column.is_in_file ? "1" : "0",
                    std::to_string(column.file_value)}));
  }
  for (const JsonFile& file : parts_.files) {
    std::vector<std::string> values;
    for (const Value& value : file.file_values) {
      values.push_back(value.type()->name());
      values.push_back(value.is_null() ? kHiveNull : value.to_string());
    }
    parts.push_back(pack_texts(
        {file.listed.path, std::string(1, static_cast<char>('0' + static_cast<int>(file.format))),
         pack_texts(values)}));
  }
  write_json_options(parts_.options, descriptor.parameters);
  descriptor.parameters["columns"] = pack_texts(columns);
  descriptor.parameters["files"] = pack_texts(parts);
  descriptor.parameters["values"] = {parts_.is_records ? '1' : '0', parts_.is_guessed ? '1' : '0'};
  descriptor.parameters["hidden"] = std::to_string(parts_.hidden);
  descriptor.parameters["learned_source"] = parts_.learned_source;
  descriptor.parameters["bytes_per_row"] = fmt::format("{}", parts_.bytes_per_row);
  return descriptor;
}

TableRef JsonTable::reopen(const TableDescriptor& descriptor, const AccessPolicy& policy) {
  const auto text = [&](const char* key) -> const std::string& {
    return descriptor_text(descriptor.parameters, key, "JSON");
  };
  const auto damaged = [] {
    return Error(ErrorCode::kCorrupt, "plan bytes: a JSON table's parts are damaged");
  };
  FileSystem& files = FileSystem::local();
  Parts parts;
  parts.options = read_json_options(descriptor.parameters);
  for (const std::string& packed : unpack_texts(text("columns"))) {
    const std::vector<std::string> fields = unpack_texts(packed);
    if (fields.size() != 5) throw damaged();
    parts.columns.push_back({fields[0], fields[1], type_from_text(fields[2]), fields[3] == "1",
                             std::atoi(fields[4].c_str())});
    const JsonColumn& column = parts.columns.back();
    if (column.file_value < FileColumns::kNone || (!column.is_in_file && column.is_read()))
      throw damaged();
  }
  for (const std::string& packed : unpack_texts(text("files"))) {
    const std::vector<std::string> fields = unpack_texts(packed);
    const int format = fields.size() == 3 && fields[1].size() == 1 ? fields[1][0] - '0' : -1;
    if (format < 0 || format > static_cast<int>(JsonFormat::kUnstructured)) throw damaged();
    parts.files.push_back(
        {files.list(fields[0], policy).front(), static_cast<JsonFormat>(format), {}});
    const std::vector<std::string> values = unpack_texts(fields[2]);
    for (size_t i = 0; i + 1 < values.size(); i += 2) {
      const std::optional<Value> value = hive_value(values[i + 1], csv_type_named(values[i]));
      if (!value) throw damaged();
      parts.files.back().file_values.push_back(*value);
    }
    for (const JsonColumn& column : parts.columns) {
      if (column.file_value >= static_cast<int32_t>(values.size() / 2)) throw damaged();
    }
  }
  const std::string& values = text("values");
  if (values.size() != 2 || parts.files.empty()) throw damaged();
  parts.is_records = values[0] == '1';
  parts.is_guessed = values[1] == '1';
  if (!parts.is_records && (parts.columns.empty() || !parts.columns[0].is_read())) throw damaged();
  const int hidden = std::atoi(text("hidden").c_str());
  if (hidden < 0 || static_cast<size_t>(hidden) > parts.columns.size()) throw damaged();
  parts.hidden = static_cast<uint32_t>(hidden);
  parts.learned_source = text("learned_source");
  parts.bytes_per_row = std::atof(text("bytes_per_row").c_str());
  return make_ref<const JsonTable>(files, policy, std::move(parts));
}

}  // namespace doline
