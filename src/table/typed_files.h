#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plan/table.h"
#include "table/file_columns.h"
#include "table/table_function.h"

namespace doline {

/// What is taken alike by readers of files that know their columns' types.
struct TypedFilesOptions {
  std::string filename_column;   // empty: none
  bool file_row_number = false;  // shown, not hidden
  bool union_by_name = false;    // columns of all files, in a type for all; absent ones NULL
  HiveOptions hive;
};

/// Takes them out of the call.
TypedFilesOptions take_typed_files_options(TableFunctionCall& call);
const std::vector<std::string>& typed_files_option_names();
/// As a table descriptor's parameters, and back.
void write_typed_files(const std::vector<std::string>& paths, const TypedFilesOptions& options,
                       std::map<std::string, std::string>& parameters);
std::pair<std::vector<std::string>, TypedFilesOptions> read_typed_files(
    const std::map<std::string, std::string>& parameters);

/// The column of that name; else the first that is called so but for upper and lower case.
Schema::const_iterator column_named(const Schema& schema, const std::string& name);

/// How the columns of one file serve a request: which are read, what is one value for all rows, and
/// what is cast to the table's type. Immutable; shared by threads.
class FileFit {
 public:
  static constexpr uint32_t kConstant = ~uint32_t{0};
  static constexpr uint32_t kRowNumber = kConstant - 1;

  /// For each position of the request: the file's column, kConstant or kRowNumber.
  std::vector<uint32_t> columns;

  /// Whether what is read at that position is what was asked for.
  bool is_direct(uint32_t position) const;

  /// One thread's.
  class Run {
   public:
    explicit Run(const FileFit& fit) : fit_(fit), scratch_(fit.casts_.size()) {}
    /// Fills in constants and casts what was read.
    void complete(Chunk& chunk);

   private:
    const FileFit& fit_;
    std::vector<Program::Scratch> scratch_;
  };

 private:
  friend class TypedFiles;
  struct Constant {
    uint32_t position;
    Value value;
  };
  struct Cast {
    uint32_t position;
    ProgramRef program;  // over the request's columns
    std::string told;    // which column of which file is of another type than the first's
  };
  std::vector<Constant> constants_;
  std::vector<Cast> casts_;
};

/// Files that know their columns' types, put together as one table's columns. Immutable.
class TypedFiles {
 public:
  /// `schema_of` opens a file; the first always, the others where all of them count.
  TypedFiles(std::vector<ListedFile> listed, TypedFilesOptions options,
             const std::function<Schema(size_t file)>& schema_of);

  const std::vector<ListedFile>& listed() const { return listed_; }
  const TypedFilesOptions& options() const { return options_; }
  const Schema& schema() const { return schema_; }
  uint32_t hidden_columns() const { return hidden_; }
  /// Whether a column is one value for all rows of a file.
  bool is_file_value(uint32_t column) const { return places_[column] != FileColumns::kNone; }
  /// Whether it says which row of its file a row is, counted from 0.
  bool is_row_number(uint32_t column) const { return column == row_number_column_; }

  /// Whether what is known of a file unopened lets any row of it pass.
  bool may_match(size_t file, const ScanRequest& request) const;
  /// Error(kFormat) for a file without a column that is wanted, unless all files' columns count.
  FileFit fit(size_t file, const Schema& of_file, const ScanRequest& request,
              const SessionConstants& session) const;

 private:
  static constexpr uint32_t kNoColumn = ~uint32_t{0};

  const std::vector<ListedFile> listed_;
  const TypedFilesOptions options_;
  const FileColumns file_columns_;
  Schema schema_;
  uint32_t hidden_ = 0;
  uint32_t row_number_column_ = kNoColumn;
  std::vector<int32_t> places_;  // among the file_columns
};

}  // namespace doline
