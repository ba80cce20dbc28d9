#include "format/json/value_cutter.h"

#include <cstring>
#include <span>

#include "base/error.h"
#include "format/byte_order_mark.h"
#include "format/json/token_cursor.h"

namespace doline {

namespace {

bool ends_scalar(char c) {
  return is_json_space(c) || c == ',' || c == ']' || c == '}' || c == '[' || c == '{' || c == '"';
}

}  // namespace

void JsonCutter::unexpected(size_t at, const char* wanted) const {
  const uint64_t byte = text_byte_ + at;
  const uint64_t line = line_at_ ? line_at_(byte) : 0;
  Error error(ErrorCode::kFormat, "{}: {}byte {}: expected {}", path_,
              line > 0 ? fmt::format("line {}, ", line) : std::string(), byte, wanted);
  if (is_detected_) throw error;
  throw std::move(error).hint("format => 'auto' finds out how values lie in a file");
}

JsonPiece JsonCutter::straddling(std::string_view rest) {
  BufferRef buffer = Buffer::allocate(carry_.size() + rest.size());
  if (!carry_.empty()) std::memcpy(buffer->data(), carry_.data(), carry_.size());
  if (!rest.empty()) std::memcpy(buffer->data() + carry_.size(), rest.data(), rest.size());
  buffer->data()[buffer->size_bytes()] = std::byte{0};
  JsonPiece piece;
  piece.text = {buffer->as<char>(), buffer->size_bytes()};
  piece.pin = buffer;
  piece.byte = byte_;
  piece.by_lines = format_ == JsonFormat::kLines;
  if (!piece.by_lines) piece.values.push_back({0, static_cast<uint32_t>(piece.text.size())});
  byte_ += piece.text.size();
  carry_.clear();
  return piece;
}

void JsonCutter::keep(std::string_view rest) {
  carry_.append(rest);
  if (carry_.size() <= most_value_bytes_) return;
  throw Error(ErrorCode::kFormat, "{}: the value that begins at byte {} is longer than {} bytes",
              path_, byte_, most_value_bytes_)
      .hint(
          "a larger maximum_object_size takes it; format => 'array' reads one array's elements "
          "apart");
}

void JsonCutter::feed(const BufferRef& block, std::vector<JsonPiece>& out) {
  block->data()[block->size_bytes()] = std::byte{0};  // numbers at the very end of a file end there
  std::string_view text(block->as<char>(), block->size_bytes());
  if (!seen_begin_) {
    while (!text.empty() && mark_bytes_ < kByteOrderMark.size() &&
           text.front() == kByteOrderMark[mark_bytes_]) {
      text.remove_prefix(1);
      ++mark_bytes_;
    }
    if (mark_bytes_ < kByteOrderMark.size() && text.empty()) return;
    begin_text(out);
  }
  feed_text(text, block, out);
}

void JsonCutter::begin_text(std::vector<JsonPiece>& out) {
  seen_begin_ = true;
  if (format_ == JsonFormat::kUnstructured) state_ = State::kValue;
  if (mark_bytes_ == kByteOrderMark.size()) {
    byte_ += mark_bytes_;
  } else if (mark_bytes_ > 0) {  // it only began like one
    const std::string_view text = kByteOrderMark.substr(0, mark_bytes_);
    const BufferRef block = Buffer::copy_of(std::as_bytes(std::span(text)));
    block->data()[block->size_bytes()] = std::byte{0};
    feed_text({block->as<char>(), block->size_bytes()}, block, out);
  }
}

void JsonCutter::feed_text(std::string_view text, const BufferRef& block,
                           std::vector<JsonPiece>& out) {
  if (format_ == JsonFormat::kLines) {
    feed_lines(text, block, out);
  } else {
    feed_values(text, block, out);
  }
}

void JsonCutter::feed_lines(std::string_view text, const BufferRef& block,
                            std::vector<JsonPiece>& out) {
  const size_t last = text.rfind('\n');
  if (last == text.npos) return keep(text);
  size_t begin = 0;
  if (!carry_.empty()) {
    begin = text.find('\n') + 1;
    keep(text.substr(0, begin));
    out.push_back(straddling({}));
  }
  if (last + 1 > begin) {
    JsonPiece piece;
    piece.text = text.substr(begin, last + 1 - begin);
    piece.pin = block;
    piece.byte = byte_;
    byte_ += piece.text.size();
    out.push_back(std::move(piece));
  }
  keep(text.substr(last + 1));
}

bool JsonCutter::scan_value(std::string_view text, size_t& at) {
  const char* p = text.data() + at;
  const char* const end = text.data() + text.size();
  const auto stop = [&](bool found) {
    at = static_cast<size_t>(p - text.data());
    return found;
  };
  while (p != end) {
    if (in_string_) {
      if (is_escape_) {
        is_escape_ = false;
        ++p;
        continue;
      }
      while (p != end && *p != '"' && *p != '\\') ++p;
      if (p == end) break;
      if (*p++ == '\\') {
        is_escape_ = true;
        continue;
      }
      in_string_ = false;
      if (depth_ == 0) return stop(true);
      continue;
    }
    switch (*p++) {
      case '"':
        in_string_ = true;
        break;
      case '{':
      case '[':
        ++depth_;
        break;
      case '}':
      case ']':
        if (--depth_ == 0) return stop(true);
        break;
      default:
        break;
    }
  }
  return stop(false);
}

void JsonCutter::feed_values(std::string_view text, const BufferRef& block,
                             std::vector<JsonPiece>& out) {
  JsonPiece piece;
  piece.pin = block;
  piece.by_lines = false;
  size_t begin = 0;  // of the value, where one is being read
  const auto complete = [&](size_t end) {
    state_ = format_ == JsonFormat::kArray ? State::kAfterValue : State::kValue;
    if (!carry_.empty()) {
      keep(text.substr(0, end));
      const uint64_t before = byte_;
      out.push_back(straddling({}));
      byte_ = before;  // counted below
    } else {
      piece.values.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
    }
  };
  text_byte_ = byte_ + carry_.size();
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    switch (state_) {
      case State::kInValue:
        if (scan_value(text, at)) complete(at);
        continue;
      case State::kInScalar:
        if (c == '"') unexpected(at, "a space between a word and a string");
        if (ends_scalar(c)) {
          complete(at);
        } else {
          ++at;
        }
        continue;
      case State::kBeforeArray:
        if (!is_json_space(c)) {
          if (c != '[') unexpected(at, "an array");
          state_ = State::kFirstValue;
        }
        ++at;
        continue;
      case State::kAfterArray:
        if (!is_json_space(c)) unexpected(at, "nothing behind the array");
        ++at;
        continue;
      case State::kAfterValue:
        if (c == ',') {
          state_ = State::kValue;
        } else if (c == ']') {
          state_ = State::kAfterArray;
        } else if (!is_json_space(c)) {
          unexpected(at, "a comma or the array's end");
        }
        ++at;
        continue;
      case State::kFirstValue:
        if (c == ']') {
          state_ = State::kAfterArray;
          ++at;
          continue;
        }
        [[fallthrough]];
      case State::kValue:
        if (is_json_space(c)) {
          ++at;
          continue;
        }
        begin = at;
        if (c == '{' || c == '[' || c == '"') {
          state_ = State::kInValue;
          in_string_ = c == '"';
          depth_ = in_string_ ? 0 : 1;
        } else {
          if (ends_scalar(c)) unexpected(at, "a value");
          state_ = State::kInScalar;
        }
        ++at;
        continue;
    }
  }
  const bool is_open = state_ == State::kInValue || state_ == State::kInScalar;
  if (!piece.values.empty()) {
    piece.text = text;
    piece.byte = text_byte_;
    out.push_back(std::move(piece));
  }
  if (is_open && !carry_.empty()) {
    keep(text);
  } else if (is_open) {
    byte_ = text_byte_ + begin;
    keep(text.substr(begin));
  } else {
    byte_ = text_byte_ + text.size();
  }
}

void JsonCutter::finish(std::vector<JsonPiece>& out) {
  if (!seen_begin_ && mark_bytes_ > 0) begin_text(out);
  text_byte_ = byte_ + carry_.size();
  // Values that came with the file's last block may be all that is wanted.
  const bool ends_here = out.empty();
  switch (state_) {
    case State::kInValue:
    case State::kInScalar:
      out.push_back(straddling({}));
      break;
    case State::kBeforeArray:
    case State::kAfterArray:
    case State::kValue:
    case State::kFirstValue:
    case State::kAfterValue:
      if (!carry_.empty()) out.push_back(straddling({}));  // the last line
      break;
  }
  if (format_ == JsonFormat::kArray && state_ != State::kAfterArray &&
      state_ != State::kBeforeArray && state_ != State::kInValue && ends_here) {
    unexpected(0, "the array's end");
  }
}

}  // namespace doline
