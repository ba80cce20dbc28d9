#pragma once

#include <string>

#include "column/column_builder.h"
#include "kernel/cast.h"
#include "kernel/json/json_tree.h"

namespace doline {

/// What JSON that does not look like the target becomes.
enum class JsonStrictness : uint8_t {
  kExact,    // CAST: an error, as are missing and unknown members
  kLenient,  // json_transform, readers: NULL in that place; missing is NULL, unknown is skipped
};

/// Appends JSON values to a column of any type. One a kernel call; owned by one thread.
class JsonReader {
 public:
  JsonReader(JsonStrictness strictness, const ZoneOffsets* zone)
      : strictness_(strictness), zone_(zone) {}

  /// Appends one row to `out`, whatever happens. False under kExact when the value does not fit
  /// out.type(); then why() tells and part of the row may be there (truncate and append NULL).
  bool append(const JsonTree& tree, const JsonNode& node, ColumnBuilder& out);
  const std::string& why() const { return why_; }

 private:
  bool append_scalar(const JsonTree& tree, const JsonNode& node, ColumnBuilder& out);
  bool append_list(const JsonTree& tree, const JsonNode& node, ColumnBuilder& out);
  bool append_struct(const JsonTree& tree, const JsonNode& node, ColumnBuilder& out);
  bool append_map(const JsonTree& tree, const JsonNode& node, ColumnBuilder& out);
  bool append_text(const JsonTree& tree, const JsonNode& node, ColumnBuilder& out);
  bool mismatch(const JsonTree& tree, const JsonNode& node, ColumnBuilder& out);

  const JsonStrictness strictness_;
  const ZoneOffsets* const zone_;
  std::string scratch_;
  std::string why_;
};

/// JSON or VARCHAR (flat) to a type. To VARCHAR itself a cast keeps the JSON text; in here a
/// string inside a document becomes its meaning. Text that is no JSON fails.
Column json_to_column(const Column& input, TypeRef target, const Selection& active,
                      const ZoneOffsets* zone, CastFailures& failures,
                      JsonStrictness strictness = JsonStrictness::kExact);

/// Any type to JSON. Rows that are NULL stay NULL; inside of values NULL is null. VARCHAR becomes
/// a string; numbers that JSON has no words for (nan, inf) become strings.
Column column_to_json(const Column& input, const Selection& active, const ZoneOffsets* zone);
/// The same for one value, appended; null for NULL.
void append_json(std::string& out, const Column& column, uint32_t row, const ZoneOffsets* zone);

/// VARCHAR (flat) to JSON: checked, not changed.
Column text_to_json(const Column& input, const Selection& active, CastFailures& failures);

}  // namespace doline
