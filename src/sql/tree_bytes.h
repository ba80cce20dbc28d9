#pragma once

#include <cstddef>
#include <span>

#include "sql/statement.h"

namespace doline::sql {

using Bytes = std::vector<std::byte>;

/// The versioned byte form of a tree, in which frames send what they have built.
///
///   message    = "DLST" version:u8 family:u8 node       version 1; family 1 statement, 2 query,
///                                                       3 expression
///   node       = tag:u8 begin:varint length:varint fields    its kind's number, its span
///   fields     = (number:varint value)* 0:varint        numbers rise; one left out is zero, empty
///                                                       or null
///   value      = bool, enum, integer   varint (LEB128, at most 10 bytes)
///              | text                  length:varint, that many bytes of UTF-8
///              | identifier            text begin:varint length:varint
///              | span                  begin:varint length:varint
///              | list                  count:varint value*
///              | reference             node; a type, window or sample has tag 1, the latter two no
///              span | anything else         fields
///
/// Tags and field numbers are those of the node declarations.
Bytes to_bytes(const Statement& statement);
Bytes to_bytes(const Query& query);
Bytes to_bytes(const Expression& expression);

/// Accept any bytes: what is not such a message, or breaks what node.h promises of a tree, is
/// Error(kCorrupt) with the position. Memory taken is at most proportional to the bytes given, and
/// messages longer than kMaxMessageBytes are refused.
StatementRef statement_from_bytes(std::span<const std::byte> bytes);
QueryRef query_from_bytes(std::span<const std::byte> bytes);
ExpressionRef expression_from_bytes(std::span<const std::byte> bytes);

inline constexpr uint8_t kTreeFormatVersion = 1;
inline constexpr size_t kMaxMessageBytes = size_t{32} << 20;

}  // namespace doline::sql
