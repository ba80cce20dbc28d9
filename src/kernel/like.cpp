#include "kernel/like.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "base/error.h"

namespace doline {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool continues_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// Behind the character at `at`: a byte and the continuation bytes after it, whatever they are.
size_t next_character(std::string_view text, size_t at) {
  ++at;
  while (at < text.size() && continues_code_point(text[at])) ++at;
  return at;
}

/// Lower case, Unicode's simple mapping; bytes that are no UTF-8 stay as they are.
void append_lower(std::string_view text, std::string& out) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (size_t at = 0; at < text.size();) {
    utf8proc_int32_t code_point = 0;
    const auto size =
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &code_point);
    if (size <= 0) {
      out += text[at++];
      continue;
    }
    utf8proc_uint8_t lower[4];
    const auto lower_size = utf8proc_encode_char(utf8proc_tolower(code_point), lower);
    out.append(reinterpret_cast<const char*>(lower), static_cast<size_t>(lower_size));
    at += static_cast<size_t>(size);
  }
}

std::string lower(std::string_view text) {
  std::string out;
  append_lower(text, out);
  return out;
}

}  // namespace

LikePattern LikePattern::compile_like(std::string_view pattern, std::optional<char> escape,
                                      bool ignores_case) {
  LikePattern compiled(false);
  compiled.ignores_case_ = ignores_case;
  std::vector<Piece> pieces;
  const auto add_byte = [&](char byte) {
    if (pieces.empty() || pieces.back().kind != Piece::Kind::kBytes) {
      pieces.push_back({Piece::Kind::kBytes, {}});
    }
    pieces.back().bytes += byte;
  };
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char byte = pattern[i];
    if (escape && byte == *escape) {
      if (++i == pattern.size()) {
        throw Error(ErrorCode::kSyntax, "the LIKE pattern \"{}\" ends in its escape character",
                    pattern)
            .hint("double it to match the character itself");
      }
      add_byte(pattern[i]);
    } else if (byte == '%') {
      compiled.add_segment(std::exchange(pieces, {}));
    } else if (byte == '_') {
      pieces.push_back({Piece::Kind::kCharacter, {}});
    } else {
      add_byte(byte);
    }
  }
  compiled.add_segment(std::move(pieces));
  compiled.choose_shape();
  return compiled;
}

LikePattern LikePattern::like(std::string_view pattern, std::optional<char> escape) {
  return compile_like(pattern, escape, false);
}

LikePattern LikePattern::ilike(std::string_view pattern, std::optional<char> escape) {
  return compile_like(pattern, escape, true);
}

LikePattern LikePattern::glob(std::string_view pattern) {
  LikePattern compiled(true);
  std::vector<Piece> pieces;
  const auto add_byte = [&](char byte) {
    if (pieces.empty() || pieces.back().kind != Piece::Kind::kBytes) {
      pieces.push_back({Piece::Kind::kBytes, {}});
    }
    pieces.back().bytes += byte;
  };
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char byte = pattern[i];
    if (byte == '*') {
      compiled.add_segment(std::exchange(pieces, {}));
    } else if (byte == '?') {
      Piece any{Piece::Kind::kByteOf, {}};
      std::fill(std::begin(any.set), std::end(any.set), ~uint64_t{0});
      pieces.push_back(std::move(any));
    } else if (byte == '\\') {
      // A backslash at the end escapes nothing: such a pattern matches no text.
      if (++i == pattern.size()) {
        pieces.push_back({Piece::Kind::kNever, {}});
      } else {
        add_byte(pattern[i]);
      }
    } else if (byte == '[') {
      Piece set{Piece::Kind::kByteOf, {}};
      const auto add = [&](unsigned first, unsigned last) {
        for (unsigned b = first; b <= last; ++b) set.set[b / 64] |= uint64_t{1} << (b % 64);
      };
      size_t at = i + 1;
      const bool inverse = at < pattern.size() && pattern[at] == '!';
      at += inverse;
      bool closed = false;
      for (const size_t begin = at; at < pattern.size() && !closed;) {
        const auto first = static_cast<unsigned char>(pattern[at]);
        if (first == ']' && at > begin) {
          closed = true;
          ++at;
        } else if (at + 2 < pattern.size() && pattern[at + 1] == '-') {
          add(first, static_cast<unsigned char>(pattern[at + 2]));
          at += 3;
        } else {
          add(first, first);
          ++at;
        }
      }
      if (inverse) {
        for (uint64_t& word : set.set) word = ~word;
      }
      if (!closed) set.kind = Piece::Kind::kNever;
      pieces.push_back(std::move(set));
      i = at - 1;
    } else {
      add_byte(byte);
    }
  }
  compiled.add_segment(std::move(pieces));
  compiled.choose_shape();
  return compiled;
}

void LikePattern::add_segment(std::vector<Piece> pieces) {
  Segment segment;
  for (Piece& piece : pieces) {
    if (piece.kind == Piece::Kind::kBytes) {
      if (ignores_case_) piece.bytes = lower(piece.bytes);
      segment.bytes += piece.bytes.size();
      segment.characters +=
          static_cast<size_t>(std::count_if(piece.bytes.begin(), piece.bytes.end(),
                                            [](char byte) { return !continues_code_point(byte); }));
    } else {
      ++segment.bytes;
      ++segment.characters;
    }
  }
  if (!pieces.empty() && pieces[0].kind == Piece::Kind::kBytes) {
    segment.needle.emplace(pieces[0].bytes);
  }
  segment.pieces = std::move(pieces);
  segments_.push_back(std::move(segment));
}

void LikePattern::choose_shape() {
  const auto is_empty = [](const Segment& segment) { return segment.pieces.empty(); };
  const auto is_literal = [](const Segment& segment) {
    return segment.pieces.size() == 1 && segment.pieces[0].kind == Piece::Kind::kBytes;
  };
  // Wildcards side by side say what one says.
  if (segments_.size() > 2) {
    const auto inner_end = std::remove_if(segments_.begin() + 1, segments_.end() - 1, is_empty);
    segments_.erase(inner_end, segments_.end() - 1);
  }
  const bool open_begin = is_empty(segments_.front());
  const bool open_end = is_empty(segments_.back());
  const auto take = [&](Shape shape, const Segment& segment) {
    shape_ = shape;
    literal_ = segment.pieces[0].bytes;
  };
  if (segments_.size() == 1) {
    if (open_begin) {
      shape_ = Shape::kExact;
    } else if (is_literal(segments_[0])) {
      take(Shape::kExact, segments_[0]);
    }
  } else if (segments_.size() == 2) {
    if (open_begin && open_end) {
      shape_ = Shape::kAnything;
    } else if (open_end && is_literal(segments_[0])) {
      take(Shape::kPrefix, segments_[0]);
    } else if (open_begin && is_literal(segments_[1])) {
      take(Shape::kSuffix, segments_[1]);
    }
  } else if (segments_.size() == 3 && open_begin && open_end && is_literal(segments_[1])) {
    take(Shape::kContains, segments_[1]);
    needle_.emplace(literal_);
  }
}

size_t LikePattern::segment_end(const Segment& segment, std::string_view text, size_t at) const {
  for (const Piece& piece : segment.pieces) {
    switch (piece.kind) {
      case Piece::Kind::kBytes:
        if (!text.substr(at).starts_with(piece.bytes)) return kNone;
        at += piece.bytes.size();
        break;
      case Piece::Kind::kCharacter:
        if (at == text.size()) return kNone;
        at = next_character(text, at);
        break;
      case Piece::Kind::kByteOf: {
        if (at == text.size()) return kNone;
        const auto byte = static_cast<unsigned char>(text[at++]);
        if ((piece.set[byte / 64] >> (byte % 64) & 1) == 0) return kNone;
        break;
      }
      case Piece::Kind::kNever:
        return kNone;
    }
  }
  return at;
}

size_t LikePattern::find_segment(const Segment& segment, std::string_view text, size_t at) const {
  while (at <= text.size()) {
    if (segment.needle) {
      at = segment.needle->find(text, at);
      if (at == kNone) return kNone;
      if (segment.pieces.size() == 1) return at + segment.pieces[0].bytes.size();
    }
    const size_t end = segment_end(segment, text, at);
    if (end != kNone) return end;
    at = counts_bytes_ || at == text.size() ? at + 1 : next_character(text, at);
  }
  return kNone;
}

size_t LikePattern::last_begin(const Segment& segment, std::string_view text) const {
  if (counts_bytes_) return text.size() < segment.bytes ? kNone : text.size() - segment.bytes;
  size_t at = text.size();
  for (size_t left = segment.characters; left > 0; --left) {
    if (at == 0) return kNone;
    --at;
    while (at > 0 && continues_code_point(text[at])) --at;
  }
  return at;
}

bool LikePattern::matches_segments(std::string_view text) const {
  size_t at = segment_end(segments_.front(), text, 0);
  if (at == kNone) return false;
  if (segments_.size() == 1) return at == text.size();
  for (size_t i = 1; i + 1 < segments_.size(); ++i) {
    at = find_segment(segments_[i], text, at);
    if (at == kNone) return false;
  }
  const Segment& last = segments_.back();
  if (last.pieces.empty()) return true;
  const size_t begin = last_begin(last, text);
  return begin != kNone && begin >= at && segment_end(last, text, begin) == text.size();
}

bool LikePattern::matches(std::string_view text) const {
  std::array<char, 256> few;
  std::string many;
  if (ignores_case_) {
    if (!is_ascii(text)) {
      append_lower(text, many);
      text = many;
    } else {
      char* to = few.data();
      if (text.size() > few.size()) {
        many.resize(text.size());
        to = many.data();
      }
      string_kernels().lower_ascii(text.data(), text.data() + text.size(), to);
      text = {to, text.size()};
    }
  }
  switch (shape_) {
    case Shape::kExact:
      return text == literal_;
    case Shape::kPrefix:
      return text.starts_with(literal_);
    case Shape::kSuffix:
      return text.ends_with(literal_);
    case Shape::kContains:
      return needle_->in(text);
    case Shape::kAnything:
      return true;
    case Shape::kSegments:
      return matches_segments(text);
  }
  UNREACHABLE();
}

}  // namespace doline
