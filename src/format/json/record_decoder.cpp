#include "format/json/record_decoder.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "format/json/decoder_node.h"
#include "format/json/shown_text.h"
#include "kernel/json/json_text.h"

namespace doline {

namespace {

/// Texts are indexed in parts that stay in the second-level cache.
constexpr uint32_t kWindowBytes = uint32_t{64} << 10;

constexpr size_t kShownBytes = 60;

bool is_plain_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<uint8_t>(c) >= 0x20 && c != '"' && c != '\\';
  });
}

}  // namespace

RecordDecoder::RecordDecoder(const JsonOptions& options, JsonLayout layout, const ZoneOffsets* zone)
    : options_(options),
      layout_(std::move(layout)),
      zone_(zone),
      root_(std::make_unique<Node>()),
      reader_(options.ignore_errors ? JsonStrictness::kLenient : JsonStrictness::kExact, zone) {
  if (!options.date_format.empty()) date_format_ = TimeFormat::compile(options.date_format);
  if (!options.timestamp_format.empty())
    timestamp_format_ = TimeFormat::compile(options.timestamp_format);
  slots_.reserve(layout_.fields.size());
  root_->kind = Kind::kObject;
  root_->is_complete = layout_.is_complete;
  root_->fields.resize(layout_.fields.size());
  for (size_t i = 0; i < layout_.fields.size(); ++i) {
    const JsonLayout::Field& field = layout_.fields[i];
    Node& node = root_->fields[i];
    node.name = field.key;
    node.is_plain = is_plain_name(field.key);
    node.type = field.type;
    // A slot of an unwanted field is never written to; its place keeps the others' right.
    slots_.emplace_back(field.wanted ? field.type : Type::boolean(), false);
    if (field.wanted) build(node, field.type, field.key, slots_.back(), field.paths);
  }
  root_->index_fields();
}

RecordDecoder::~RecordDecoder() = default;

void RecordDecoder::build(Node& node, TypeRef type, std::string path, ColumnSlot& slot,
                          std::vector<std::vector<std::string>> paths) {
  node.type = type;
  node.slot = &slot;
  node.path = std::move(path);
  switch (type->kind()) {
    case TypeKind::kNull:
      node.kind = Kind::kNull;
      return;
    case TypeKind::kBool:
      node.kind = Kind::kBool;
      return;
    case TypeKind::kInt8:
      node.kind = Kind::kInt8;
      return;
    case TypeKind::kInt16:
      node.kind = Kind::kInt16;
      return;
    case TypeKind::kInt32:
      node.kind = Kind::kInt32;
      return;
    case TypeKind::kInt64:
      node.kind = Kind::kBigint;
      return;
    case TypeKind::kHugeInt:
      node.kind = Kind::kHugeInt;
      return;
    case TypeKind::kUInt8:
      node.kind = Kind::kUInt8;
      return;
    case TypeKind::kUInt16:
      node.kind = Kind::kUInt16;
      return;
    case TypeKind::kUInt32:
      node.kind = Kind::kUInt32;
      return;
    case TypeKind::kUInt64:
      node.kind = Kind::kUInt64;
      return;
    case TypeKind::kFloat:
      node.kind = Kind::kFloat;
      return;
    case TypeKind::kDouble:
      node.kind = Kind::kDouble;
      return;
    case TypeKind::kDecimal:
      node.kind = Kind::kDecimal;
      return;
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
    case TypeKind::kUuid:
      node.kind = Kind::kMoment;
      return;
    case TypeKind::kVarchar:
      node.kind = Kind::kText;
      return;
    case TypeKind::kJson:
      node.kind = options_.keep_text ? Kind::kRaw : Kind::kJson;
      return;
    case TypeKind::kList:
      node.kind = Kind::kList;
      node.fields.resize(1);
      slot.children().reserve(1);
      slot.children().emplace_back(type->element(), false);
      build(node.fields[0], type->element(), node.path + "[]", slot.children()[0], {});
      return;
    case TypeKind::kMap: {
      if (!type->fields()[0].type->is(TypeKind::kVarchar)) break;
      node.kind = Kind::kMap;
      node.fields.resize(1);
      slot.children().reserve(1);
      ColumnSlot& entry = slot.children().emplace_back(type->child(), false);
      entry.children().reserve(2);
      entry.children().emplace_back(Type::varchar(), false);
      ColumnSlot& values = entry.children().emplace_back(type->fields()[1].type, false);
      build(node.fields[0], type->fields()[1].type, node.path + "[]", values, {});
      return;
    }
    case TypeKind::kStruct: {
      node.kind = Kind::kObject;
      node.is_complete = layout_.is_guessed && paths.empty();
      const std::vector<Field>& fields = type->fields();
      node.fields.resize(fields.size());
      slot.children().reserve(fields.size());
      for (size_t i = 0; i < fields.size(); ++i) {
        Node& child = node.fields[i];
        child.name = fields[i].name;
        child.is_plain = is_plain_name(child.name);
        bool wanted = paths.empty();
        bool whole = wanted;
        std::vector<std::vector<std::string>> below;
        for (const std::vector<std::string>& one : paths) {
          if (one.empty() || one[0] != child.name) continue;
          wanted = true;
          whole |= one.size() == 1;
          below.emplace_back(one.begin() + 1, one.end());
        }
        if (whole) below.clear();
        ColumnSlot& child_slot = slot.children().emplace_back(fields[i].type, false);
        if (wanted) {
          build(child, fields[i].type, node.path + "." + child.name, child_slot, std::move(below));
        } else {
          child_slot.leave_out();
        }
      }
      node.index_fields();
      return;
    }
    case TypeKind::kTimestampS:
    case TypeKind::kTimestampMs:
    case TypeKind::kTimestampNs:
    case TypeKind::kInterval:
    case TypeKind::kDuration:
    case TypeKind::kBlob:
    case TypeKind::kEnum:
    case TypeKind::kArray:
      break;
  }
  node.kind = Kind::kGeneric;
  slot = ColumnSlot(type, true);
}

void RecordDecoder::begin(JsonPiece piece) {
  piece_ = std::move(piece);
  ASSERT(piece_.text.size() < UINT32_MAX);
  readable_end_ = piece_.text.data() + piece_.text.size() + Buffer::kPaddingBytes;
  window_begin_ = window_end_ = next_line_ = 0;
  next_value_ = 0;
  rows_ = 0;
  failures_.clear();
}

bool RecordDecoder::next_window() {
  const std::string_view text = piece_.text;
  if (piece_.by_lines) {
    if (next_line_ >= text.size()) return false;
    window_begin_ = next_line_;
    size_t end = text.size();
    if (end - window_begin_ > kWindowBytes) {
      end = text.rfind('\n', window_begin_ + kWindowBytes);
      if (end == text.npos || end < window_begin_)
        end = text.find('\n', window_begin_ + kWindowBytes);
      end = end == text.npos ? text.size() : end + 1;
    }
    window_end_ = static_cast<uint32_t>(end);
  } else {
    if (next_value_ == piece_.values.size()) return false;
    window_begin_ = piece_.values[next_value_].begin;
    size_t last = next_value_;
    while (last + 1 < piece_.values.size() &&
           piece_.values[last + 1].end - window_begin_ <= kWindowBytes)
      ++last;
    window_end_ = piece_.values[last].end;
  }
  indexed_from_ = window_begin_;
  is_indexed_ = cursor_.index(text.substr(window_begin_, window_end_ - window_begin_));
  return true;
}

bool RecordDecoder::next_span(JsonPiece::Span& span) {
  if (!piece_.by_lines) {
    if (next_value_ == piece_.values.size() || piece_.values[next_value_].begin >= window_end_)
      return false;
    span = piece_.values[next_value_++];
    return true;
  }
  while (next_line_ < window_end_) {
    const char* const begin = piece_.text.data() + next_line_;
    const auto* const end =
        static_cast<const char*>(std::memchr(begin, '\n', window_end_ - next_line_));
    span.begin = next_line_;
    span.end = end == nullptr ? window_end_ : static_cast<uint32_t>(end - piece_.text.data());
    next_line_ = span.end + 1;
    const char* at = begin;
    const char* const stop = piece_.text.data() + span.end;
    while (at < stop && is_json_space(*at)) ++at;
    if (at == stop) continue;
    span.begin = static_cast<uint32_t>(at - piece_.text.data());
    return true;
  }
  return false;
}

bool RecordDecoder::next(uint32_t wanted, uint32_t& count) {
  rows_ = 0;
  failures_.clear();
  while (rows_ < wanted && failures_.size() < wanted) {
    JsonPiece::Span span;
    if (next_span(span)) {
      decode_record(span);
    } else if (!next_window()) {
      break;
    }
  }
  count = rows_;
  return rows_ > 0 || !failures_.empty();
}

Column RecordDecoder::column(size_t field) { return slots_[field].seal(piece_.pin); }

void RecordDecoder::decode_record(JsonPiece::Span span) {
  if (is_indexed_) {
    cursor_.advance_to(span.begin - indexed_from_);
    // A quote that follows a word at once is no token: then the others are not what they seem.
    is_indexed_ = cursor_.place() == span.begin - indexed_from_;
  }
  if (!is_indexed_) {
    indexed_from_ = span.begin;
    if (!cursor_.index(piece_.text.substr(span.begin, span.end - span.begin))) {
      trouble_ = {JsonFailure::Kind::kDamaged, 0, nullptr, {}};
      return end_record(false, span);
    }
  }
  bool good = true;
  if (layout_.is_records) {
    if (cursor_.sign() == '{') {
      good = object(*root_, true);
    } else if (cursor_.sign() == 'n' && cursor_.take_word("null")) {
      for (Node& field : root_->fields) {
        if (field.kind != Kind::kSkip) field.slot->append_null();
      }
    } else {
      good = contradiction(*root_, cursor_.place(), false);
    }
  } else {
    Node& node = root_->fields[0];
    std::string_view passed;
    good = node.kind == Kind::kSkip ? cursor_.skip(passed) || damaged() : value(node);
  }
  if (good) {
    // Of the value behind it nothing may have been taken, and nothing may be left of its own.
    const uint32_t end = span.end - indexed_from_;
    if (cursor_.last_place() >= end || cursor_.place() < end) good = damaged();
  }
  end_record(good, span);
}

void RecordDecoder::end_record(bool good, JsonPiece::Span span) {
  if (good) {
    ++rows_;
    return;
  }
  const bool is_row = options_.ignore_errors && !options_.store_rejects;
  if (!is_row) fail(span);
  for (Node& field : root_->fields) {
    if (field.kind == Kind::kSkip) continue;
    field.slot->truncate(rows_);
    if (is_row) field.slot->append_null();
  }
  rows_ += is_row;
}

void RecordDecoder::fail(JsonPiece::Span span) {
  JsonFailure failure;
  failure.kind = trouble_.kind;
  failure.row = rows_;
  failure.record = piece_.byte + span.begin;
  failure.byte = piece_.byte + indexed_from_ + trouble_.place;
  failure.text = piece_.text.substr(span.begin, span.end - span.begin);
  if (trouble_.node != nullptr) failure.column = trouble_.node->path;
  // A line that ends within its value was read on into the next.
  const bool is_beyond = failure.byte - failure.record >= failure.text.size() ||
                         cursor_.last_place() >= span.end - indexed_from_;
  if (is_beyond) {
    failure.kind = JsonFailure::Kind::kDamaged;
    failure.column.clear();
  }
  switch (failure.kind) {
    case JsonFailure::Kind::kDamaged:
      if (tree_.parse(failure.text)) {
        failure.reason = "this is no JSON that can be read";
      } else {
        failure.reason = tree_.error();
        if (const size_t place = failure.reason.rfind(" at byte "); place != failure.reason.npos) {
          failure.reason.resize(place);
        }
        failure.byte = failure.record + tree_.error_position();
      }
      break;
    case JsonFailure::Kind::kType: {
      // The value again, to its end.
      const std::string_view shown =
          shown_value(failure.text.substr(failure.byte - failure.record));
      failure.reason =
          fmt::format("{} is no {}", shown_text(shown, kShownBytes),
                      trouble_.node->type == nullptr ? "object" : trouble_.node->type->name());
      break;
    }
    case JsonFailure::Kind::kUnknownKey:
      failure.reason =
          fmt::format("a member \"{}\" that the values looked at for types do not have",
                      shown_text(trouble_.key, kShownBytes));
      break;
    case JsonFailure::Kind::kDuplicateKey:
      failure.reason =
          fmt::format("an object with two members \"{}\"", shown_text(trouble_.key, kShownBytes));
      break;
  }
  failures_.push_back(std::move(failure));
}

std::string_view RecordDecoder::shown_value(std::string_view text) {
  std::string_view value;
  return shown_.index(text) && shown_.skip(value) ? value : text;
}

bool RecordDecoder::damaged() {
  trouble_ = {JsonFailure::Kind::kDamaged, cursor_.place(), nullptr, {}};
  return false;
}

bool RecordDecoder::contradiction(Node& node, uint32_t place, bool is_taken) {
  std::string_view passed;
  if (!is_taken && !cursor_.skip(passed)) return damaged();
  if (options_.ignore_errors && !options_.store_rejects) {
    if (node.slot != nullptr) {
      node.slot->append_null();
      return true;
    }
    for (Node& field : node.fields) {
      if (field.kind != Kind::kSkip) field.slot->append_null();
    }
    return true;
  }
  trouble_ = {JsonFailure::Kind::kType, place, &node, {}};
  return false;
}

std::string_view RecordDecoder::meaning(std::string_view raw, bool escaped) {
  if (!escaped) return raw;
  scratch_.clear();
  append_unescaped(scratch_, raw);
  return scratch_;
}

bool RecordDecoder::object(Node& node, bool is_root) {
  if (cursor_.sign() != '{') return contradiction(node, cursor_.place(), false);
  cursor_.advance();
  const uint64_t turn = ++node.turn;
  const auto count = static_cast<uint32_t>(node.fields.size());
  uint32_t expected = 0;
  uint32_t met = 0;
  bool is_first = true;
  for (;; is_first = false) {
    if (is_first ? cursor_.take('}') : !cursor_.take(',')) break;
    Node* field = nullptr;
    const uint32_t key_place = cursor_.place();
    if (cursor_.sign() != '"') return damaged();
    if (expected < count && node.fields[expected].is_plain &&
        cursor_.take_name(node.fields[expected].name)) {
      field = &node.fields[expected];
    } else {
      std::string_view raw;
      bool escaped;
      if (!cursor_.take_string(raw, escaped)) return damaged();
      const std::string_view key = meaning(raw, escaped);
      const auto found = node.places.find(key);
      if (found != node.places.end()) {
        expected = found->second;
        field = &node.fields[expected];
      } else if (node.is_complete && !options_.ignore_errors) {
        trouble_ = {JsonFailure::Kind::kUnknownKey, key_place, &node, raw};
        return false;
      }
    }
    if (!cursor_.take(':')) return damaged();
    if (field != nullptr) {
      if (node.met[expected] == turn) {
        if (!options_.ignore_errors && field->kind != Kind::kSkip) {
          trouble_ = {JsonFailure::Kind::kDuplicateKey, key_place, &node, field->name};
          return false;
        }
        field = nullptr;  // the first one counts
      } else {
        node.met[expected] = turn;
        ++met;
      }
      ++expected;
    }
    if (field != nullptr && field->kind != Kind::kSkip) {
      if (!value(*field)) return false;
    } else {
      std::string_view passed;
      if (!cursor_.skip(passed)) return damaged();
    }
  }
  if (!is_first && !cursor_.take('}')) return damaged();
  if (met != count) {
    for (uint32_t i = 0; i < count; ++i) {
      Node& field = node.fields[i];
      if (field.kind != Kind::kSkip && node.met[i] != turn) field.slot->append_null();
    }
  }
  if (!is_root) node.slot->finish_struct();
  return true;
}

bool RecordDecoder::list(Node& node) {
  if (cursor_.sign() != '[') return contradiction(node, cursor_.place(), false);
  cursor_.advance();
  if (!cursor_.take(']')) {
    do {
      if (!value(node.fields[0])) return false;
    } while (cursor_.take(','));
    if (!cursor_.take(']')) return damaged();
  }
  node.slot->finish_list();
  return true;
}

bool RecordDecoder::map(Node& node) {
  if (cursor_.sign() != '{') return contradiction(node, cursor_.place(), false);
  const uint32_t place = cursor_.place();
  cursor_.advance();
  ColumnSlot& entry = node.slot->children()[0];
  ColumnSlot& keys = entry.children()[0];
  std::vector<std::string_view> raw_keys;
  if (!cursor_.take('}')) {
    do {
      std::string_view raw;
      bool escaped;
      if (cursor_.sign() != '"' || !cursor_.take_string(raw, escaped) || !cursor_.take(':'))
        return damaged();
      if (escaped) {
        keys.append_copy(meaning(raw, true));
      } else {
        keys.append_view(raw, readable_end_);
      }
      raw_keys.push_back(raw);
      if (!value(node.fields[0])) return false;
      entry.finish_struct();
    } while (cursor_.take(','));
    if (!cursor_.take('}')) return damaged();
  }
  node.slot->finish_list();
  if (raw_keys.size() > 1) {
    std::sort(raw_keys.begin(), raw_keys.end());
    const auto twice = std::adjacent_find(raw_keys.begin(), raw_keys.end());
    if (twice != raw_keys.end()) {
      node.slot->truncate(node.slot->size() - 1);
      if (options_.ignore_errors && !options_.store_rejects) {
        node.slot->append_null();
        return true;
      }
      trouble_ = {JsonFailure::Kind::kDuplicateKey, place, &node, *twice};
      return false;
    }
  }
  return true;
}

}  // namespace doline
