#include "table/file_columns.h"

#include <algorithm>

#include "base/ascii.h"

namespace doline {

FileColumns find_file_columns(const std::vector<ListedFile>& files, const HiveOptions& hive,
                              const std::string& filename_column) {
  FileColumns columns;
  HivePartitions partitions = find_hive_partitions(files, hive);
  if (!filename_column.empty()) {
    columns.entries.push_back({{filename_column, Type::varchar()}, FileColumns::Kind::kAskedFor});
  }
  for (Field& field : partitions.columns)
    columns.entries.push_back({std::move(field), FileColumns::Kind::kPartition});
  columns.entries.push_back({{"filename", Type::varchar()}, FileColumns::Kind::kHidden});
  columns.entries.push_back({{"file_index", Type::uint64()}, FileColumns::Kind::kHidden});
  for (size_t i = 0; i < files.size(); ++i) {
    std::vector<Value> values;
    if (!filename_column.empty()) values.push_back(Value::text(files[i].path));
    for (Value& value : partitions.values[i]) values.push_back(std::move(value));
    values.push_back(Value::text(files[i].path));
    values.push_back(Value::integer(Type::uint64(), static_cast<int128_t>(i)));
    columns.values.push_back(std::move(values));
  }
  return columns;
}

std::vector<int32_t> FileColumns::place(Schema& schema) const {
  std::vector<int32_t> places(schema.size(), kNone);
  for (size_t i = 0; i < entries.size(); ++i) {
    const Field& field = entries[i].field;
    const auto known = std::find_if(schema.begin(), schema.end(), [&](const Field& other) {
      return equal_ignoring_case(other.name, field.name);
    });
    if (known == schema.end()) {
      schema.push_back(field);
      places.push_back(static_cast<int32_t>(i));
      continue;
    }
    switch (entries[i].kind) {
      case Kind::kAskedFor:
        throw Error(ErrorCode::kInvalidArgument, "the files have a column \"{}\" already",
                    field.name)
            .hint("filename => 'another name'");
      case Kind::kPartition:
        known->type = field.type;
        places[static_cast<size_t>(known - schema.begin())] = static_cast<int32_t>(i);
        break;
      case Kind::kHidden:
        break;
    }
  }
  return places;
}

uint32_t FileColumns::hidden_in(const std::vector<int32_t>& places) const {
  return static_cast<uint32_t>(std::count_if(places.begin(), places.end(), [&](int32_t place) {
    return place != kNone && entries[static_cast<size_t>(place)].kind == Kind::kHidden;
  }));
}

}  // namespace doline
