#include "function/format_program.h"

#include <fmt/format.h>
#include <fmt/printf.h>

#include "base/error.h"

namespace doline {

namespace {

/// Widths and precisions in specifications; more is hostile.
constexpr size_t kMaxWidth = 100'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error malformed(std::string_view text, std::string_view reason) {
  return Error(ErrorCode::kInvalidArgument, "format string '{}': {}", text, reason);
}

size_t take_number(std::string_view text, size_t& at) {
  size_t value = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    value = value * 10 + static_cast<size_t>(text[at] - '0');
    if (value > kMaxWidth) throw malformed(text, "a number in it is too large");
  }
  return value;
}

void check_numbers(std::string_view specification) {
  for (size_t at = 0; at < specification.size(); ++at) {
    if (is_digit(specification[at])) take_number(specification, at);
  }
}

/// Puts `separator` between groups of three digits before the point.
std::string with_separators(std::string_view number, char separator) {
  size_t begin = 0;
  while (begin < number.size() && !is_digit(number[begin])) ++begin;
  size_t end = begin;
  while (end < number.size() && is_digit(number[end])) ++end;
  std::string out(number.substr(0, begin));
  for (size_t at = begin; at < end; ++at) {
    if (at != begin && (end - at) % 3 == 0) out += separator;
    out += number[at];
  }
  return out.append(number.substr(end));
}

}  // namespace

FormatProgram FormatProgram::of_format(std::string_view text) {
  FormatProgram program;
  Piece piece;
  size_t next = 0;
  bool counts = false;
  bool numbered = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c != '{' && c != '}') {
      piece.literal += c;
      continue;
    }
    if (at + 1 < text.size() && text[at + 1] == c) {  // {{ and }}
      piece.literal += c;
      ++at;
      continue;
    }
    if (c == '}') throw malformed(text, "a } stands alone; write }}");
    const size_t end = text.find('}', ++at);
    if (end == std::string_view::npos) throw malformed(text, "a { is not closed");
    const std::string_view field = text.substr(at, end - at);
    const size_t colon = field.find(':');
    const std::string_view index = field.substr(0, colon);
    if (index.empty()) {
      piece.argument = next++;
      counts = true;
    } else {
      size_t digit = 0;
      piece.argument = take_number(index, digit);
      if (digit != index.size()) throw malformed(text, "arguments are named by their number");
      numbered = true;
    }
    if (counts && numbered) throw malformed(text, "some fields have numbers and some have not");
    std::string specification(colon == std::string_view::npos ? "" : field.substr(colon + 1));
    if (specification.find('{') != std::string::npos)
      throw malformed(text, "fields cannot be nested");
    // The separator: "," or "_" before precision and type, or "t" and any character.
    const size_t thousands = specification.find_first_of(",_t");
    if (thousands != std::string::npos &&
        !(thousands + 1 < specification.size() &&
          std::string_view("<>^=").find(specification[thousands + 1]) != std::string_view::npos)) {
      const bool spelled = specification[thousands] == 't';
      if (spelled && thousands + 1 == specification.size())
        throw malformed(text, "no separator follows the t");
      piece.separator = spelled ? specification[thousands + 1] : specification[thousands];
      size_t width_end = thousands;
      size_t width_begin = width_end;
      while (width_begin > 0 && is_digit(specification[width_begin - 1])) --width_begin;
      size_t parsed = width_begin;
      piece.width = take_number(specification, parsed);
      specification.erase(width_begin, thousands + (spelled ? 2 : 1) - width_begin);
    }
    check_numbers(specification);
    piece.has_field = true;
    piece.specification = "{:" + specification + "}";
    program.pieces_.push_back(std::exchange(piece, Piece()));
    at = end;
  }
  program.pieces_.push_back(std::move(piece));
  return program;
}

FormatProgram FormatProgram::of_printf(std::string_view text) {
  FormatProgram program;
  program.is_printf_ = true;
  Piece piece;
  size_t next = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      piece.literal += text[at];
      continue;
    }
    if (++at == text.size()) throw malformed(text, "nothing follows the last %");
    if (text[at] == '%') {
      piece.literal += '%';
      continue;
    }
    std::string specification = "%";
    for (;
         at < text.size() && std::string_view("-+ #0,_'").find(text[at]) != std::string_view::npos;
         ++at) {
      const bool separates = text[at] == ',' || text[at] == '_' || text[at] == '\'';
      separates ? void(piece.separator = text[at]) : void(specification += text[at]);
    }
    const size_t width_begin = at;
    const size_t width = take_number(text, at);
    piece.separator ? void(piece.width = width)
                    : void(specification += text.substr(width_begin, at - width_begin));
    if (at < text.size() && text[at] == '.') {
      const size_t precision_begin = at++;
      take_number(text, at);
      specification += text.substr(precision_begin, at - precision_begin);
    }
    while (at < text.size() && (text[at] == 'l' || text[at] == 'h')) ++at;
    if (at == text.size()) throw malformed(text, "a field has no type");
    specification += text[at];
    piece.has_field = true;
    piece.argument = next++;
    piece.specification = std::move(specification);
    program.pieces_.push_back(std::exchange(piece, Piece()));
  }
  program.pieces_.push_back(std::move(piece));
  return program;
}

void FormatProgram::append(std::string& out, std::span<const Column> arguments, uint32_t row,
                           const ZoneOffsets* zone) const {
  for (const Piece& piece : pieces_) {
    out += piece.literal;
    if (!piece.has_field) continue;
    if (piece.argument >= arguments.size()) {
      throw Error(ErrorCode::kInvalidArgument,
                  "the format string asks for {} arguments; there are {}", piece.argument + 1,
                  arguments.size());
    }
    append_field(out, piece, arguments[piece.argument], row, zone);
  }
}

void FormatProgram::append_field(std::string& out, const Piece& piece, const Column& column,
                                 uint32_t row, const ZoneOffsets* zone) const {
  const TypeRef type = column.type();
  const auto format_as = [&](const auto& value) {
    try {
      std::string text;
      if (is_printf_) {
        text = fmt::vsprintf(fmt::string_view(piece.specification), fmt::make_printf_args(value));
      } else {
        text = fmt::vformat(piece.specification, fmt::make_format_args(value));
      }
      if (piece.separator) {
        text = with_separators(text, piece.separator);
        if (text.size() < piece.width) text.insert(0, piece.width - text.size(), ' ');
      }
      out += text;
    } catch (const fmt::format_error& error) {
      throw Error(ErrorCode::kInvalidArgument, "the field '{}' does not suit a {}: {}",
                  piece.specification, type->name(), error.what());
    }
  };
  switch (type->kind()) {
    case TypeKind::kBool:
      return format_as(column.value<bool>(row));
    case TypeKind::kInt64:
      return format_as(column.value<int64_t>(row));
    case TypeKind::kUInt64:
      return format_as(column.value<uint64_t>(row));
    case TypeKind::kHugeInt:
      return format_as(column.value<int128_t>(row));
    case TypeKind::kDouble:
      // Without wishes a fraction shows as everywhere: "1.0".
      if (piece.specification == "{:}" && !piece.separator)
        return append_text(out, column, row, zone);
      return format_as(column.value<double>(row));
    case TypeKind::kVarchar:
      return format_as(column.text(row));
    case TypeKind::kNull:
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kUInt8:
    case TypeKind::kUInt16:
    case TypeKind::kUInt32:
    case TypeKind::kFloat:
    case TypeKind::kDecimal:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestampS:
    case TypeKind::kTimestampMs:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNs:
    case TypeKind::kTimestampTz:
    case TypeKind::kInterval:
    case TypeKind::kDuration:
    case TypeKind::kBlob:
    case TypeKind::kUuid:
    case TypeKind::kEnum:
    case TypeKind::kJson:
    case TypeKind::kList:
    case TypeKind::kArray:
    case TypeKind::kStruct:
    case TypeKind::kMap:
      break;  // cast to one of the above when the call was bound
  }
  UNREACHABLE();
}

}  // namespace doline
