#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "format/text/sniffed_columns.h"

namespace doline {

/// Collects names and values from a sample in order of first appearance. Past kMostFields names,
/// further ones are for the column `extra`.
class FieldCollector {
 public:
  static constexpr size_t kMostFields = 500;

  /// A column that is there whatever the sample has.
  void declare(std::string_view name);
  void add(std::string_view name, std::string_view value);
  bool has(std::string_view name) const { return places_.contains(std::string(name)); }

  struct Entry {
    std::string name;
    FormSniffer sniffer;
  };
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  Entry* entry_for(std::string_view name);

  std::vector<Entry> entries_;
  std::unordered_map<std::string, size_t> places_;
};

/// Column of each name. Immutable; threads bring a cursor each.
class FieldIndex {
 public:
  static constexpr size_t kUnknown = ~size_t{0};
  explicit FieldIndex(const FieldCollector& fields);
  FieldIndex(const FieldIndex&) = delete;  // the map's keys are views of names_

  size_t find(std::string_view name) const {
    const auto known = places_.find(name);
    return known == places_.end() ? kUnknown : known->second;
  }

  /// Looks names up record after record: records repeat their order, so the column that followed
  /// the last one in the record before is tried first.
  class Cursor {
   public:
    explicit Cursor(const FieldIndex& index) : index_(index), next_(index.names_.size() + 1, 0) {}

    void begin_record() { last_ = 0; }
    size_t find(std::string_view name) {
      size_t& guess = next_[last_];
      const bool right = guess < index_.names_.size() && index_.names_[guess] == name;
      const size_t column = right ? guess : index_.find(name);
      if (column == kUnknown) return kUnknown;
      guess = column;
      last_ = column + 1;
      return column;
    }

   private:
    const FieldIndex& index_;
    std::vector<size_t> next_;  // [0]: first of a record; [c + 1]: after column c
    size_t last_ = 0;
  };

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string_view, size_t> places_;
};

/// Formats whose records are fields with names. Columns are those found in a sample, and one more,
/// `extra`, for what has no column of its own or comes a second time.
class NamedFieldsParser : public LogParser {
 protected:
  NamedFieldsParser(LogFormat format, const FieldCollector& fields,
                    std::vector<SniffedColumns::Found> found, const ZoneOffsets* zone);

  /// Takes the fields of one record after the other and writes rows. Owned by one read().
  class RowWriter {
   public:
    /// `separator` stands between the fields in `extra`.
    RowWriter(const NamedFieldsParser& parser, char separator)
        : sniffed_(parser.sniffed_),
          record_(sniffed_),
          columns_(parser.index_),
          separator_(separator) {}

    void begin_record();
    /// The field's column; FieldIndex::kUnknown when it went to `extra`, `raw` as it stands.
    size_t place(std::string_view name, std::string_view raw);
    /// A value that lies in the block.
    void set(size_t column, std::string_view value) { record_.set(column, value, true); }
    void set_copy(size_t column, std::string value) {
      record_.set(column, kept_.emplace_back(std::move(value)), false);
    }
    /// Writes the row, or tells what does not fit, and in `column` where.
    std::optional<std::string> end_record(LogRows& rows, const char* readable_end, size_t& column);

   private:
    const SniffedColumns& sniffed_;
    SniffedColumns::Record record_;
    FieldIndex::Cursor columns_;
    const char separator_;
    std::vector<std::string> kept_;  // values that are made, until the row is written
    std::string extra_;
  };

 private:
  const FieldIndex index_;
  const SniffedColumns sniffed_;
};

}  // namespace doline
