#include "table/typed_files.h"

#include <algorithm>

#include "base/ascii.h"
#include "expr/expr.h"
#include "kernel/cast.h"
#include "table/csv_options.h"
#include "table/option_values.h"

namespace doline {

namespace {

bool take_flag(TableFunctionCall& call, const std::string& name) {
  const Value value = take_option(call, name);
  if (value.is_null()) return false;
  if (value.type()->is(TypeKind::kBool)) return value.as_bool();
  throw Error(ErrorCode::kInvalidArgument, call.span, "{} takes true or false, not {}", name,
              value.to_literal());
}

}  // namespace

const std::vector<std::string>& typed_files_option_names() {
  static const std::vector<std::string> names = {"filename",      "file_row_number",
                                                 "union_by_name", "hive_partitioning",
                                                 "hive_types",    "hive_types_autocast"};
  return names;
}

TypedFilesOptions take_typed_files_options(TableFunctionCall& call) {
  TypedFilesOptions options;
  with_option(call, {"filename"}, [&](const Value& value, const char* name) {
    options.filename_column = filename_option(value, name);
  });
  options.file_row_number = take_flag(call, "file_row_number");
  options.union_by_name = take_flag(call, "union_by_name");
  options.hive = take_hive_options(call);
  return options;
}

void write_typed_files(const std::vector<std::string>& paths, const TypedFilesOptions& options,
                       std::map<std::string, std::string>& parameters) {
  for (size_t i = 0; i < paths.size(); ++i) parameters[fmt::format("path{:06}", i)] = paths[i];
  if (!options.filename_column.empty()) parameters["filename"] = options.filename_column;
  if (options.file_row_number) parameters["file_row_number"] = "true";
  if (options.union_by_name) parameters["union_by_name"] = "true";
  write_hive_options(options.hive, parameters);
}

std::pair<std::vector<std::string>, TypedFilesOptions> read_typed_files(
    const std::map<std::string, std::string>& parameters) {
  std::vector<std::string> paths;
  TypedFilesOptions options;
  for (const auto& [name, value] : parameters) {
    if (name.starts_with("path")) paths.push_back(value);
    if (name == "filename") options.filename_column = value;
    if (name == "file_row_number") options.file_row_number = true;
    if (name == "union_by_name") options.union_by_name = true;
  }
  options.hive = read_hive_options(parameters);
  return {std::move(paths), std::move(options)};
}

Schema::const_iterator column_named(const Schema& schema, const std::string& name) {
  const auto same = std::find_if(schema.begin(), schema.end(),
                                 [&](const Field& field) { return field.name == name; });
  if (same != schema.end()) return same;
  return std::find_if(schema.begin(), schema.end(),
                      [&](const Field& field) { return equal_ignoring_case(field.name, name); });
}

bool FileFit::is_direct(uint32_t position) const {
  return columns[position] < kRowNumber &&
         std::none_of(
             casts_.begin(), casts_.end(),
             [&](const Cast& cast) { return cast.position == position; });
}

void FileFit::Run::complete(Chunk& chunk) {
  for (const Constant& constant : fit_.constants_)
    chunk.columns[constant.position] = constant.value.to_column(chunk.row_count);
  for (size_t i = 0; i < fit_.casts_.size(); ++i) {
    std::vector<Column> cast;
    try {
      fit_.casts_[i].program->evaluate(chunk, scratch_[i], cast);
    } catch (Error& error) {
      error.add_note(fit_.casts_[i].told);
      throw std::move(error).hint(
          "union_by_name => true gives each column a type that fits all files");
    }
    chunk.columns[fit_.casts_[i].position] = std::move(cast[0]);
  }
}

TypedFiles::TypedFiles(std::vector<ListedFile> listed, TypedFilesOptions options,
                       const std::function<Schema(size_t file)>& schema_of)
    : listed_(std::move(listed)),
      options_(std::move(options)),
      file_columns_(find_file_columns(listed_, options_.hive, options_.filename_column)),
      schema_(schema_of(0)) {
  if (options_.union_by_name) {
    for (size_t file = 1; file < listed_.size(); ++file) {
      for (const Field& field : schema_of(file)) {
        const auto known = column_named(schema_, field.name);
        if (known == schema_.end()) {
          schema_.push_back(field);
        } else if (const TypeRef both = common_type(known->type, field.type)) {
          schema_[static_cast<size_t>(known - schema_.begin())].type = both;
        }
      }
    }
  }
  const Field row_number{"file_row_number", Type::int64()};
  const bool is_taken = column_named(schema_, row_number.name) != schema_.end();
  if (options_.file_row_number) {
    if (is_taken) {
      throw Error(ErrorCode::kInvalidArgument,
                  "file_row_number => true: the files have a column of that name themselves");
    }
    row_number_column_ = static_cast<uint32_t>(schema_.size());
    schema_.push_back(row_number);
  }
  places_ = file_columns_.place(schema_);
  hidden_ = file_columns_.hidden_in(places_);
  if (options_.file_row_number || is_taken) return;
  row_number_column_ = static_cast<uint32_t>(schema_.size());
  schema_.push_back(row_number);
  places_.push_back(FileColumns::kNone);
  ++hidden_;
}

bool TypedFiles::may_match(size_t file, const ScanRequest& request) const {
  return constants_may_match(request, [&](uint32_t column) -> std::optional<Value> {
    if (!is_file_value(column)) return std::nullopt;
    return file_columns_.values[file][static_cast<size_t>(places_[column])];
  });
}

FileFit TypedFiles::fit(size_t file, const Schema& of_file, const ScanRequest& request,
                        const SessionConstants& session) const {
  FileFit fit;
  for (uint32_t position = 0; position < request.columns.size(); ++position) {
    const uint32_t column = request.columns[position];
    const Field& wanted = schema_[column];
    if (is_file_value(column)) {
      const Value& value = file_columns_.values[file][static_cast<size_t>(places_[column])];
      fit.constants_.push_back({position, value});
      fit.columns.push_back(FileFit::kConstant);
      continue;
    }
    if (is_row_number(column)) {
      fit.columns.push_back(FileFit::kRowNumber);
      continue;
    }
    const auto found = column_named(of_file, wanted.name);
    if (found == of_file.end()) {
      if (!options_.union_by_name) {
        throw Error(ErrorCode::kFormat, "{} has no column \"{}\", which {} has", listed_[file].path,
                    wanted.name, listed_[0].path)
            .hint("union_by_name => true reads files of different columns");
      }
      fit.constants_.push_back({position, Value::null(wanted.type)});
      fit.columns.push_back(FileFit::kConstant);
      continue;
    }
    if (found->type != wanted.type) {
      const ExprRef cast =
          CastExpr::create(ColumnExpr::create(position, found->type, wanted.name), wanted.type);
      fit.casts_.push_back(
          {position, Program::compile(cast, session),
           fmt::format("in {}, column \"{}\" is {}, where {} has {}", listed_[file].path,
                       wanted.name, found->type->name(), listed_[0].path, wanted.type->name())});
    }
    fit.columns.push_back(static_cast<uint32_t>(found - of_file.begin()));
  }
  return fit;
}

}  // namespace doline
