#pragma once

#include <string>
#include <string_view>

#include "column/column.h"
#include "column/text_format.h"

namespace doline::shell {

/// A value as a cast to VARCHAR gives it.
std::string text_at(const Column& column, uint32_t row, const ZoneOffsets* zone);

/// Quoted where the separator, a quote, a control character or one outside ASCII stands in it.
void append_csv_field(std::string& out, std::string_view text, std::string_view separator);

void append_json_string(std::string& out, std::string_view text);
/// A value as JSON: numbers, booleans and JSON bare, lists, structs and maps nested, the rest as
/// text. What JSON has no number for: NaN is null, infinity 1e999.
void append_json(std::string& out, const Column& column, uint32_t row, const ZoneOffsets* zone);

/// "int32", "varchar", "int64[]": how a box heads its columns.
std::string short_type_name(TypeRef type);

}  // namespace doline::shell
