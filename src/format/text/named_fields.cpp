#include "format/text/named_fields.h"

namespace doline {

FieldCollector::Entry* FieldCollector::entry_for(std::string_view name) {
  const auto known = places_.find(std::string(name));
  if (known != places_.end()) return &entries_[known->second];
  if (entries_.size() == kMostFields) return nullptr;
  places_.emplace(name, entries_.size());
  entries_.push_back({std::string(name), {}});
  return &entries_.back();
}

void FieldCollector::declare(std::string_view name) { entry_for(name); }

void FieldCollector::add(std::string_view name, std::string_view value) {
  if (Entry* entry = entry_for(name)) entry->sniffer.add(value);
}

FieldIndex::FieldIndex(const FieldCollector& fields) {
  for (const FieldCollector::Entry& entry : fields.entries()) names_.push_back(entry.name);
  for (size_t i = 0; i < names_.size(); ++i) places_.emplace(names_[i], i);
}

NamedFieldsParser::NamedFieldsParser(LogFormat format, const FieldCollector& fields,
                                     std::vector<SniffedColumns::Found> found,
                                     const ZoneOffsets* zone)
    : LogParser(format, true, {}), index_(fields), sniffed_(std::move(found), zone) {
  columns_ = sniffed_.fields();
  std::vector<std::string> names;
  for (const Field& column : columns_) names.push_back(column.name);
  columns_.push_back({free_name(names, "extra"), Type::varchar()});
}

void NamedFieldsParser::RowWriter::begin_record() {
  record_.clear();
  extra_.clear();
  kept_.clear();
  kept_.reserve(sniffed_.size());  // values are views into its strings
  columns_.begin_record();
}

size_t NamedFieldsParser::RowWriter::place(std::string_view name, std::string_view raw) {
  const size_t column = name.empty() ? FieldIndex::kUnknown : columns_.find(name);
  if (column != FieldIndex::kUnknown && !record_.has(column)) return column;
  if (!extra_.empty()) extra_ += separator_;
  extra_ += raw;
  return FieldIndex::kUnknown;
}

std::optional<std::string> NamedFieldsParser::RowWriter::end_record(LogRows& rows,
                                                                    const char* readable_end,
                                                                    size_t& column) {
  if (auto reason = record_.put(rows, readable_end, column)) return reason;
  if (extra_.empty()) {
    rows.set_null(sniffed_.size());
  } else {
    rows.copy_text(sniffed_.size(), extra_);
  }
  rows.end_row();
  return std::nullopt;
}

}  // namespace doline
