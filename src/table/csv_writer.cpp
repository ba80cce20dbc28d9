// COPY … TO a CSV file: batches become text on any thread and are put down in order.
#include <algorithm>

#include "base/ascii.h"
#include "column/civil_time.h"
#include "column/text_format.h"
#include "io/file_system.h"
#include "kernel/time_format.h"
#include "table/copy_target.h"
#include "table/csv_table.h"

namespace doline {

namespace {

struct CsvWriteOptions {
  CsvDialect dialect;
  bool header = true;
  bool overwrite = true;
  std::string null_text;
  std::string line_end = "\n";
  std::string prefix, suffix;  // around everything, as they are
  std::vector<bool> force_quote;
  Compression compression = Compression::kAuto;
  std::optional<TimeFormat> date_format, timestamp_format;
};

std::string line_end(const Value& value, const std::string& name) {
  const std::string text = text_option(value, name);
  if (text == "\n" || text == "\\n") return "\n";
  if (text == "\r\n" || text == "\\r\\n") return "\r\n";
  refuse_option(name, value, "'\\n' or '\\r\\n'");
}

[[noreturn]] void refuse_unknown(const std::string& name) {
  const std::vector<std::string>& read = csv_read_options();
  if (std::find(read.begin(), read.end(), name) != read.end()) {
    throw Error(ErrorCode::kInvalidArgument, "COPY to CSV: {} is an option of reading", name);
  }
  refuse_copy_option(name, "CSV",
                     {"header", "delim", "sep", "quote", "escape", "nullstr", "new_line", "prefix",
                      "suffix", "force_quote", "compression", "dateformat", "timestampformat"},
                     {});
}

CsvWriteOptions take_write_options(const Schema& schema, const CopyOptions& given) {
  CsvWriteOptions options;
  options.force_quote.resize(schema.size());
  const auto force = [&](const std::string& name) {
    bool found = name == "*";
    for (size_t i = 0; i < schema.size(); ++i) {
      if (name != "*" && !equal_ignoring_case(schema[i].name, name)) continue;
      found = true;
      options.force_quote[i] = true;
    }
    if (!found)
      throw Error(ErrorCode::kColumnNotFound, "force_quote: there is no column \"{}\"", name);
  };
  for (const auto& [name, value] : given) {
    if (value.is_null())
      throw Error(ErrorCode::kInvalidArgument, "COPY: NULL is no value of {}", name);
    if (name == "header") {
      options.header = flag_option(value, name);
    } else if (name == "delim" || name == "delimiter" || name == "sep") {
      options.dialect.delimiter = csv_sign(value, name);
    } else if (name == "quote") {
      options.dialect.quote = csv_sign(value, name);
      if (!given.contains("escape")) options.dialect.escape = options.dialect.quote;
    } else if (name == "escape") {
      options.dialect.escape = csv_sign(value, name);
    } else if (name == "nullstr" || name == "null") {
      if (value.type()->is_nested()) refuse_option(name, value, "one text");
      options.null_text = value.to_string();
    } else if (name == "new_line") {
      options.line_end = line_end(value, name);
    } else if (name == "prefix") {
      options.prefix = text_option(value, name);
    } else if (name == "suffix") {
      options.suffix = text_option(value, name);
    } else if (name == "overwrite") {
      options.overwrite = flag_option(value, name);
    } else if (name == "dateformat" || name == "date_format") {
      options.date_format = TimeFormat::compile(value.to_string());
    } else if (name == "timestampformat" || name == "timestamp_format") {
      options.timestamp_format = TimeFormat::compile(value.to_string());
    } else if (name == "force_quote") {
      if (value.type()->is(TypeKind::kList)) {
        for (const Value& column : value.as_nested()) force(column.to_string());
      } else {
        force(value.to_string());
      }
    } else if (name == "compression") {
      options.compression = compression_option(value, name);
    } else {
      refuse_unknown(name);
    }
  }
  if (options.dialect.delimiter == 0 || options.dialect.delimiter == options.dialect.quote) {
    throw Error(ErrorCode::kInvalidArgument,
                "COPY to CSV: the delimiter must be a sign other than the quote");
  }
  return options;
}

class CsvWriter final : public FormatWriter {
 public:
  CsvWriter(std::unique_ptr<WritableFile> file, const Schema& schema, CsvWriteOptions options,
            QueryContext& context)
      : context_(context),
        file_(std::move(file)),
        schema_(schema),
        options_(std::move(options)),
        zone_(context.session.zone) {
    file_->append(options_.prefix);
    if (!options_.header) return;
    std::string line;
    for (size_t i = 0; i < schema_.size(); ++i) {
      if (i > 0) line.push_back(options_.dialect.delimiter);
      append_value(line, schema_[i].name, schema_[i].name.empty() || options_.force_quote[i]);
    }
    line += options_.line_end;
    file_->append(line);
  }

  size_t batch_rows() const override { return BatchSize().rows; }
  size_t batch_bytes() const override { return BatchSize().bytes; }

  struct Text final : Encoded {
    std::string bytes;
  };

  std::unique_ptr<Encoded> encode(std::vector<Chunk> batch) override {
    auto text = std::make_unique<Text>();
    std::string& out = text->bytes;
    std::string value;
    for (const Chunk& chunk : batch) {
      chunk.active.for_each([&](uint32_t row) {
        for (size_t i = 0; i < chunk.columns.size(); ++i) {
          if (i > 0) out.push_back(options_.dialect.delimiter);
          append_cell(out, chunk.columns[i], row, i, value);
        }
        out += options_.line_end;
      });
    }
    return text;
  }
  void commit(std::unique_ptr<Encoded> encoded) override {
    if (file_->is_through()) context_.may_start_over = false;
    file_->append(static_cast<Text&>(*encoded).bytes);
  }
  uint64_t written_bytes() const override { return file_->position(); }
  void finish() override {
    file_->append(options_.suffix);
    file_->sync();
    file_->publish();
  }
  void abandon() noexcept override { file_->abandon(); }

 private:
  void append_cell(std::string& out, const Column& column, uint32_t row, size_t index,
                   std::string& value) const {
    if (column.is_null(row)) {
      out += options_.null_text;
      return;
    }
    const bool force = options_.force_quote[index];
    if (column.type()->is(TypeKind::kVarchar)) {
      const std::string_view text = column.text(row);
      append_value(out, text, force || text.empty() || text == options_.null_text);
      return;
    }
    const size_t begin = out.size();
    if (!append_formatted(out, column, row)) append_text(out, column, row, zone_);
    // What numbers and dates look like seldom needs quotes.
    if (!force && !needs_quotes(std::string_view(out).substr(begin))) return;
    value.assign(out, begin, out.npos);
    out.resize(begin);
    append_value(out, value, force);
  }

  bool append_formatted(std::string& out, const Column& column, uint32_t row) const {
    if (column.type()->is(TypeKind::kDate) && options_.date_format) {
      const int32_t days = column.value<int32_t>(row);
      if (!is_finite_date(days)) return false;
      options_.date_format->append(out, {days, 0, 0, false, {}});
      return true;
    }
    if (column.type()->is(TypeKind::kTimestamp) && options_.timestamp_format) {
      const int64_t micros = column.value<int64_t>(row);
      if (!is_finite_timestamp(micros)) return false;
      options_.timestamp_format->append(
          out, {day_of(micros), time_of(micros) * kNanosPerMicro, 0, false, {}});
      return true;
    }
    return false;
  }

  bool needs_quotes(std::string_view text) const {
    const CsvDialect& dialect = options_.dialect;
    for (const char c : text) {
      if (c == dialect.delimiter || c == '\n' || c == '\r' ||
          (dialect.quote != 0 && c == dialect.quote))
        return true;
    }
    return !text.empty() && (text.front() == ' ' || text == options_.null_text);
  }

  void append_value(std::string& out, std::string_view text, bool force) const {
    const char quote = options_.dialect.quote;
    if (quote == 0 || (!force && !needs_quotes(text))) {
      out += text;
      return;
    }
    out.push_back(quote);
    for (const char c : text) {
      if (c == quote || (options_.dialect.has_escape() && c == options_.dialect.escape)) {
        out.push_back(options_.dialect.escape != 0 ? options_.dialect.escape : quote);
      }
      out.push_back(c);
    }
    out.push_back(quote);
  }

  QueryContext& context_;
  const std::unique_ptr<WritableFile> file_;
  const Schema schema_;
  const CsvWriteOptions options_;
  const ZoneOffsets* const zone_;
};

std::unique_ptr<FormatWriter> open_file(const std::string& path, const Schema& schema,
                                        const CopyOptions& options, QueryContext& context) {
  CsvWriteOptions taken = take_write_options(schema, options);
  CreateOptions create;
  create.overwrite = taken.overwrite;
  auto file = compress(FileSystem::local().create(path, context.access_policy(), create),
                       taken.compression);
  return std::make_unique<CsvWriter>(std::move(file), schema, std::move(taken), context);
}

constexpr FileFormat kFormat = {"csv",
                                [](const Schema& schema, const CopyOptions& options) {
                                  take_write_options(schema, options);
                                  return BatchSize();
                                },
                                &open_file};

}  // namespace

std::unique_ptr<Writer> open_csv_writer(const std::string& path, const Schema& schema,
                                        const std::map<std::string, Value>& options,
                                        QueryContext& context) {
  return open_copy_target(path, schema, options, context, kFormat);
}

}  // namespace doline
