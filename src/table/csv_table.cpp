#include "table/csv_table.h"

#include <algorithm>

#include "base/ascii.h"
#include "format/csv/sniffer.h"
#include "format/text_begin.h"
#include "table/file_columns.h"
#include "table/learned_source.h"

namespace doline {

namespace {

constexpr size_t kSampleBytes = size_t{1} << 20;
constexpr size_t kMostSampleBytes = size_t{1} << 30;  // for sample_size = -1
constexpr size_t kSniffedFiles = 10;  // whose types are looked at before rows are handed out

/// Grows as bytes come, so that a claim of many takes no memory.
std::string read_sample(ByteStream& stream, size_t most, bool& is_whole) {
  std::string sample;
  is_whole = false;
  while (sample.size() < most) {
    const size_t old = sample.size();
    const size_t part = std::min(most - old, std::max(kSampleBytes, old));
    sample.resize(old + part);
    const size_t got = stream.read_fully(std::as_writable_bytes(std::span(sample).subspan(old)));
    sample.resize(old + got);
    if (got < part) {
      is_whole = true;
      break;
    }
  }
  return sample;
}

size_t sample_bytes(const CsvOptions& options) {
  if (options.sample_rows < 0) return kMostSampleBytes;
  const auto rows = static_cast<uint64_t>(options.sample_rows);
  if (rows <= 20'480) return kSampleBytes;
  return static_cast<size_t>(std::min<uint64_t>(rows, kMostSampleBytes / 64) * 64);
}

int32_t find_column(const Schema& schema, std::string_view name) {
  for (size_t i = 0; i < schema.size(); ++i) {
    if (equal_ignoring_case(schema[i].name, name)) return static_cast<int32_t>(i);
  }
  return -1;
}

/// The same, where it usually is at `place`.
int32_t find_column(const Schema& schema, std::string_view name, size_t place) {
  const bool is_there = place < schema.size() && equal_ignoring_case(schema[place].name, name);
  return is_there ? static_cast<int32_t>(place) : find_column(schema, name);
}

CsvSniffed sniff_file(CsvFile& part, const CsvOptions& given, FileSystem& files,
                      const AccessPolicy& policy) {
  std::unique_ptr<ByteStream> stream = open_listed(part.listed, files, policy, given.compression);
  bool is_whole = false;
  std::string sample = read_sample(*stream, sample_bytes(given), is_whole);
  refuse_what_is_no_text(sample, part.listed.path);
  CsvSniffed sniffed = sniff_csv(given, sample, is_whole);
  if (part.listed.is_regular) return sniffed;
  part.pipe = std::make_shared<SniffedPipe>(part.listed.path, given.compression, std::move(sample),
                                            std::move(stream));
  return sniffed;
}

/// What a further file, read in the first one's dialect, says of the columns whose types are
/// guessed: a value of the first file's kind may be one of another kind there, and rows that were
/// handed out do not widen any more.
void widen_by(const CsvFile& part, const CsvFile& first, const CsvOptions& given, FileSystem& files,
              const AccessPolicy& policy, const std::vector<bool>& is_guessed,
              std::vector<bool>& has_values, Schema& schema) {
  CsvOptions options = given;
  options.dialect = first.options->dialect;
  options.delimiter_given = options.quote_given = options.escape_given = true;
  options.header = first.options->header;
  options.skip = first.options->skip;
  options.compression = first.options->compression;
  if (part.goes_by_header) options.types_by_position.clear();  // the first file's positions
  OpenOptions open;
  open.expected = part.listed.version;
  bool is_whole = false;
  const auto stream = files.open_stream(part.listed.path, policy, options.compression, open);
  const std::string sample = read_sample(*stream, sample_bytes(given), is_whole);
  if (sample.empty()) return;
  const CsvSniffed sniffed = sniff_csv(options, sample, is_whole);
  if (sniffed.rows_seen == 0) return;
  if (!part.goes_by_header && sniffed.schema.size() != first.file_columns.size()) return;
  const bool same_dates = sniffed.options.date_format == first.options->date_format &&
                          sniffed.options.timestamp_format == first.options->timestamp_format;
  for (size_t column = 0; column < first.file_columns.size(); ++column) {
    // A name that is missing is an error once the file is read.
    const int32_t source = part.goes_by_header
                               ? find_column(sniffed.schema, schema[column].name, column)
                               : static_cast<int32_t>(column);
    if (source < 0 || !is_guessed[column] || !sniffed.has_values[static_cast<size_t>(source)])
      continue;
    TypeRef& type = schema[column].type;
    const TypeRef found = sniffed.schema[static_cast<size_t>(source)].type;
    const bool is_date = found->is(TypeKind::kDate) || found->is(TypeKind::kTimestamp);
    type = is_date && !same_dates ? Type::varchar()
           : has_values[column]   ? wider_type(type, found)
                                  : found;
    has_values[column] = true;
  }
}

const bool kRegistered = [] {
  register_table_kind("csv", &CsvTable::reopen);
  register_writer("csv", &open_csv_writer);
  return true;
}();

}  // namespace

Ref<const CsvTable> open_csv_table(const std::vector<std::string>& paths,
                                   const CsvTableOptions& options, FileSystem& files,
                                   const AccessPolicy& policy, const LearnedTypes* learned) {
  (void)kRegistered;
  std::vector<ListedFile> all_listed = files.list(paths, policy);
  const std::string source = learned_source("csv", all_listed);
  FileColumns file_columns = find_file_columns(all_listed, options.hive, options.filename_column);
  bool can_be_read_again = true;
  std::vector<CsvFile> parts;
  for (ListedFile& listed : all_listed) {
    can_be_read_again &= listed.is_regular;
    parts.push_back(
        {std::move(listed), {}, {}, {}, {}, std::move(file_columns.values[parts.size()])});
  }
  Schema schema;
  std::vector<bool> is_guessed, has_values;
  double bytes_per_row = 0;
  const auto goes_by_header = [&](const CsvOptions& own) {
    return !options.union_by_name && options.csv.columns.empty() && own.header.value_or(false) &&
           parts[0].options->header.value_or(false);
  };
  for (size_t i = 0; i < parts.size(); ++i) {
    CsvFile& part = parts[i];
    if (i > 0 && !options.union_by_name && part.listed.is_regular) {
      part.options = parts[0].options;
      part.goes_by_header = goes_by_header(*part.options);
      part.file_columns = parts[0].file_columns;
      if (i < kSniffedFiles && parts[0].listed.is_regular && options.csv.auto_detect) {
        widen_by(part, parts[0], options.csv, files, policy, is_guessed, has_values, schema);
      }
      continue;
    }
    CsvSniffed sniffed = sniff_file(part, options.csv, files, policy);
    if (sniffed.rows_seen > 0 && bytes_per_row == 0) {
      bytes_per_row =
          static_cast<double>(sniffed.bytes_seen) / static_cast<double>(sniffed.rows_seen);
    }
    part.file_columns = sniffed.schema;
    if (i > 0 && goes_by_header(sniffed.options)) {
      part.goes_by_header = true;
      part.file_columns = parts[0].file_columns;
      sniffed.options.never_null = parts[0].options->never_null;
    }
    if (i == 0) has_values = sniffed.has_values;
    has_values.resize(sniffed.schema.size());
    part.options = std::make_shared<const CsvOptions>(std::move(sniffed.options));
    for (size_t column = 0; column < sniffed.schema.size(); ++column) {
      const Field& field = sniffed.schema[column];
      const int32_t known = i == 0 ? -1 : find_column(schema, field.name);
      if (known < 0 && (i == 0 || options.union_by_name)) {
        schema.push_back(field);
        is_guessed.push_back(sniffed.is_guessed[column] && can_be_read_again);
      } else if (known >= 0 && options.union_by_name) {
        TypeRef& type = schema[static_cast<size_t>(known)].type;
        type = wider_type(type, field.type);
      }
    }
  }
  const auto known = [&](const char* option, const std::string& name) {
    if (find_column(schema, name) >= 0) return;
    std::vector<std::string> names;
    for (const Field& field : schema) names.push_back(field.name);
    Error error(ErrorCode::kColumnNotFound, "{} names \"{}\", which the files do not have", option,
                name);
    const std::string near = nearest_name(name, names);
    throw std::move(error).hint(near.empty()
                                    ? fmt::format("their columns are {}", fmt::join(names, ", "))
                                    : "did you mean \"" + near + "\"?");
  };
  for (const auto& [name, type] : options.csv.types) known("types", name);
  for (const std::string& name : options.csv.force_not_null) known("force_not_null", name);
  // Where rows that do not fit are left out, what was sniffed says which those are.
  for (size_t i = 0; i < schema.size() && learned && !options.csv.ignore_errors; ++i) {
    if (!is_guessed[i]) continue;
    if (const TypeRef wider = learned->find(source, schema[i].name)) schema[i].type = wider;
  }
  for (CsvFile& part : parts) {
    for (size_t i = 0; i < schema.size(); ++i) {
      part.sources.push_back(options.union_by_name ? find_column(part.file_columns, schema[i].name)
                                                   : static_cast<int32_t>(i));
    }
  }
  const std::vector<int32_t> places = file_columns.place(schema);
  is_guessed.resize(schema.size(), false);
  for (size_t i = 0; i < schema.size(); ++i) {
    if (places[i] == FileColumns::kNone) continue;
    is_guessed[i] = false;
    for (CsvFile& part : parts) {
      part.sources.resize(schema.size());
      part.sources[i] = CsvFile::kFileValue - places[i];
    }
  }
  const uint32_t hidden = file_columns.hidden_in(places);
  return make_ref<const CsvTable>(files, policy, std::move(parts), std::move(schema), hidden,
                                  std::move(is_guessed), source, bytes_per_row);
}

uint64_t CsvTable::size_bytes() const { return listed_bytes(parts_); }

TableStatistics CsvTable::statistics() const {
  constexpr double kUsualCompression = 4;
  return estimated_statistics(parts_, bytes_per_row_, kUsualCompression);
}

std::string CsvTable::version() const { return listed_version("csv", parts_); }

std::string CsvTable::describe() const {
  return parts_.size() == 1 ? "CSV, " + parts_[0].listed.path
                            : fmt::format("CSV, {} files", parts_.size());
}

std::unique_ptr<Scan> CsvTable::scan(ScanRequest request, QueryContext& context) const {
  return scan_csv(Ref<const CsvTable>(this), std::move(request), context);
}

CsvFile CsvTable::by_header(const CsvFile& part, std::string_view text) const {
  const std::vector<std::string> names =
      csv_header(*part.options, text, static_cast<uint32_t>(part.file_columns.size()));
  CsvFile out = part;
  if (names.empty()) return out;  // no row, nothing to find
  out.file_columns.clear();
  for (const std::string& name : names) out.file_columns.push_back({name, Type::varchar()});
  const std::vector<bool>& old_never_null = part.options->never_null;
  std::vector<bool> never_null(old_never_null.empty() ? 0 : names.size());
  for (int32_t& source : out.sources) {
    if (source < 0) continue;
    const auto place = static_cast<size_t>(source);
    const std::string& name = part.file_columns[place].name;
    source = find_column(out.file_columns, name, place);
    if (source < 0) {
      throw Error(ErrorCode::kFormat, "{} has no column \"{}\", which {} has", part.listed.path,
                  name, parts_[0].listed.path)
          .note(fmt::format("its header is {}", fmt::join(names, ", ")).substr(0, 200))
          .hint(
              "union_by_name => true reads files of different columns, header => false files "
              "without a header");
    }
    if (!never_null.empty()) never_null[static_cast<size_t>(source)] = old_never_null[place];
  }
  if (never_null != old_never_null) {
    CsvOptions options = *part.options;
    options.never_null = std::move(never_null);
    out.options = std::make_shared<const CsvOptions>(std::move(options));
  }
  return out;
}

std::unique_ptr<ByteStream> CsvTable::open_part(const CsvFile& part) const {
  if (part.pipe) return part.pipe->take("read_csv");
  return open_listed(part.listed, files_, policy_, part.options->compression);
}

TableDescriptor CsvTable::descriptor() const {
  TableDescriptor descriptor{"csv", {}};
  std::vector<std::string> names, types, parts;
  std::string guessed;
  for (size_t i = 0; i < schema_.size(); ++i) {
    names.push_back(schema_[i].name);
    types.push_back(schema_[i].type->name());
    guessed.push_back(is_guessed_[i] ? '1' : '0');
  }
  for (const CsvFile& part : parts_) {
    std::map<std::string, std::string> options;
    write_csv_options(*part.options, options);
    std::vector<std::string> packed_options, packed_names, sources;
    for (const auto& [key, value] : options) {
      packed_options.push_back(key);
      packed_options.push_back(value);
    }
    for (const Field& field : part.file_columns) packed_names.push_back(field.name);
    for (const int32_t source : part.sources) sources.push_back(std::to_string(source));
    std::vector<std::string> values;
    for (const Value& value : part.file_values) {
      values.push_back(value.type()->name());
      values.push_back(value.is_null() ? kHiveNull : value.to_string());
    }
    parts.push_back(pack_texts({part.listed.path, pack_texts(packed_options),
                                pack_texts(packed_names), pack_texts(sources), pack_texts(values),
                                part.goes_by_header ? "by header" : ""}));
  }
  descriptor.parameters = {
      {"names", pack_texts(names)},        {"types", pack_texts(types)},
      {"files", pack_texts(parts)},        {"guessed", guessed},
      {"learned_source", learned_source_}, {"bytes_per_row", fmt::format("{}", bytes_per_row_)},
      {"hidden", std::to_string(hidden_)}};
  return descriptor;
}

TableRef CsvTable::reopen(const TableDescriptor& descriptor, const AccessPolicy& policy) {
  const auto texts = [&](const char* key) {
    return unpack_texts(descriptor_text(descriptor.parameters, key, "CSV"));
  };
  const auto damaged = [] {
    return Error(ErrorCode::kCorrupt, "plan bytes: a CSV table's parts are damaged");
  };
  const std::vector<std::string> names = texts("names");
  const std::vector<std::string> types = texts("types");
  if (names.size() != types.size()) throw damaged();
  Schema schema;
  std::vector<bool> is_guessed;
  const auto text = [&](const char* key) {
    const auto found = descriptor.parameters.find(key);
    return found == descriptor.parameters.end() ? std::string() : found->second;
  };
  const std::string guessed = text("guessed");
  for (size_t i = 0; i < names.size(); ++i) {
    schema.push_back({names[i], csv_type_named(types[i])});
    is_guessed.push_back(i < guessed.size() && guessed[i] == '1');
  }
  const int hidden = std::atoi(text("hidden").c_str());
  if (hidden < 0 || static_cast<size_t>(hidden) > schema.size()) throw damaged();
  FileSystem& files = FileSystem::local();
  std::vector<CsvFile> parts;
  for (const std::string& packed : texts("files")) {
    const std::vector<std::string> fields = unpack_texts(packed);
    if (fields.size() != 6) throw damaged();
    CsvFile part;
    part.listed = files.list(fields[0], policy).front();
    const std::vector<std::string> pairs = unpack_texts(fields[1]);
    std::map<std::string, std::string> options;
    for (size_t i = 0; i + 1 < pairs.size(); i += 2) options[pairs[i]] = pairs[i + 1];
    part.options = std::make_shared<const CsvOptions>(read_csv_options(options));
    for (const std::string& name : unpack_texts(fields[2]))
      part.file_columns.push_back({name, Type::varchar()});
    for (const std::string& source : unpack_texts(fields[3]))
      part.sources.push_back(std::atoi(source.c_str()));
    if (part.sources.size() != schema.size()) throw damaged();
    const std::vector<std::string> values = unpack_texts(fields[4]);
    for (size_t i = 0; i + 1 < values.size(); i += 2) {
      const std::optional<Value> value = hive_value(values[i + 1], csv_type_named(values[i]));
      if (!value) throw damaged();
      part.file_values.push_back(*value);
    }
    part.goes_by_header = !fields[5].empty();
    for (const int32_t source : part.sources) {
      if (source < CsvFile::kFileValue - static_cast<int32_t>(values.size() / 2) + 1 ||
          source >= static_cast<int32_t>(part.file_columns.size()))
        throw damaged();
    }
    parts.push_back(std::move(part));
  }
  return make_ref<const CsvTable>(files, policy, std::move(parts), std::move(schema),
                                  static_cast<uint32_t>(hidden), std::move(is_guessed),
                                  text("learned_source"), std::atof(text("bytes_per_row").c_str()));
}

}  // namespace doline
