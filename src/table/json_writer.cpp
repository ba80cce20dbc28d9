// COPY … TO a JSON file: batches become text on any thread and are put down in order.
#include "column/civil_time.h"
#include "io/file_system.h"
#include "kernel/json/json_cast.h"
#include "kernel/json/json_text.h"
#include "kernel/time_format.h"
#include "table/copy_target.h"
#include "table/json_table.h"
#include "table/option_values.h"

namespace doline {

namespace {

struct JsonWriteOptions {
  bool array = false;
  bool overwrite = true;
  Compression compression = Compression::kAuto;
  std::optional<TimeFormat> date_format, timestamp_format;
};

JsonWriteOptions take_write_options(const CopyOptions& given) {
  JsonWriteOptions options;
  for (const auto& [name, value] : given) {
    if (value.is_null())
      throw Error(ErrorCode::kInvalidArgument, "COPY: NULL is no value of {}", name);
    if (name == "array") {
      options.array = flag_option(value, name);
    } else if (name == "overwrite") {
      options.overwrite = flag_option(value, name);
    } else if (name == "dateformat" || name == "date_format") {
      options.date_format = TimeFormat::compile(value.to_string());
    } else if (name == "timestampformat" || name == "timestamp_format") {
      options.timestamp_format = TimeFormat::compile(value.to_string());
    } else if (name == "compression") {
      options.compression = compression_option(value, name);
    } else {
      refuse_copy_option(name, "JSON", {"array", "compression", "dateformat", "timestampformat"},
                         {});
    }
  }
  return options;
}

class JsonWriter final : public FormatWriter {
 public:
  JsonWriter(std::unique_ptr<WritableFile> file, const Schema& schema, JsonWriteOptions options,
             QueryContext& context)
      : context_(context),
        file_(std::move(file)),
        options_(std::move(options)),
        zone_(context.session.zone) {
    for (const Field& field : schema) {
      std::string key(keys_.empty() ? "{" : ",");
      append_json_string(key, field.name);
      keys_.push_back(key + ":");
    }
  }

  size_t batch_rows() const override { return BatchSize().rows; }
  size_t batch_bytes() const override { return BatchSize().bytes; }

  struct Text final : Encoded {
    std::string bytes;
  };

  std::unique_ptr<Encoded> encode(std::vector<Chunk> batch) override {
    auto text = std::make_unique<Text>();
    std::string& out = text->bytes;
    bool is_first = true;
    for (const Chunk& chunk : batch) {
      chunk.active.for_each([&](uint32_t row) {
        if (options_.array) out += is_first ? "\t" : ",\n\t";
        is_first = false;
        for (size_t i = 0; i < chunk.columns.size(); ++i) {
          out += keys_[i];
          append_value(out, chunk.columns[i], row);
        }
        out += keys_.empty() ? "{}" : "}";
        if (!options_.array) out.push_back('\n');
      });
    }
    return text;
  }
  void commit(std::unique_ptr<Encoded> encoded) override {
    const std::string& bytes = static_cast<Text&>(*encoded).bytes;
    if (bytes.empty()) return;
    if (file_->is_through()) context_.may_start_over = false;
    if (options_.array) file_->append(has_rows_ ? ",\n" : "[\n");
    has_rows_ = true;
    file_->append(bytes);
  }
  uint64_t written_bytes() const override { return file_->position(); }
  void finish() override {
    if (options_.array) file_->append(has_rows_ ? "\n]\n" : "[\n]\n");
    file_->sync();
    file_->publish();
  }
  void abandon() noexcept override { file_->abandon(); }

 private:
  void append_value(std::string& out, const Column& column, uint32_t row) const {
    if (!column.is_null(row)) {
      if (column.type()->is(TypeKind::kDate) && options_.date_format) {
        const auto days = column.value<int32_t>(row);
        if (is_finite_date(days))
          return append_moment(out, *options_.date_format, {days, 0, 0, false, {}});
      }
      if (column.type()->is(TypeKind::kTimestamp) && options_.timestamp_format) {
        const auto micros = column.value<int64_t>(row);
        if (is_finite_timestamp(micros)) {
          return append_moment(out, *options_.timestamp_format,
                               {day_of(micros), time_of(micros) * kNanosPerMicro, 0, false, {}});
        }
      }
    }
    append_json(out, column, row, zone_);
  }
  static void append_moment(std::string& out, const TimeFormat& format,
                            const TimeFormat::Moment& moment) {
    std::string text;
    format.append(text, moment);
    append_json_string(out, text);
  }

  QueryContext& context_;
  const std::unique_ptr<WritableFile> file_;
  std::vector<std::string> keys_;  // with what stands before them
  const JsonWriteOptions options_;
  const ZoneOffsets* const zone_;
  bool has_rows_ = false;
};

std::unique_ptr<FormatWriter> open_file(const std::string& path, const Schema& schema,
                                        const CopyOptions& options, QueryContext& context) {
  JsonWriteOptions taken = take_write_options(options);
  CreateOptions create;
  create.overwrite = taken.overwrite;
  auto file = compress(FileSystem::local().create(path, context.access_policy(), create),
                       taken.compression);
  return std::make_unique<JsonWriter>(std::move(file), schema, std::move(taken), context);
}

constexpr FileFormat kFormat = {"json",
                                [](const Schema&, const CopyOptions& options) {
                                  take_write_options(options);
                                  return BatchSize();
                                },
                                &open_file};

}  // namespace

std::unique_ptr<Writer> open_json_writer(const std::string& path, const Schema& schema,
                                         const std::map<std::string, Value>& options,
                                         QueryContext& context) {
  return open_copy_target(path, schema, options, context, kFormat);
}

}  // namespace doline
