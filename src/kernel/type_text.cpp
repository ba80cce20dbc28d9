#include "kernel/type_text.h"

#include <cctype>

#include "base/error.h"
#include "kernel/time_zone.h"

namespace doline {

namespace {

constexpr int kDeepest = 200;

/// Recursive descent over one text.
class TypeTextParser {
 public:
  explicit TypeTextParser(std::string_view text) : text_(text) {}

  TypeRef whole() {
    const TypeRef type = any(0);
    skip_spaces();
    if (at_ != text_.size()) fail();
    return type;
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(ErrorCode::kInvalidArgument, "\"{}\" is no type: it stops making sense at \"{}\"",
                text_, text_.substr(at_));
  }
  void skip_spaces() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(char sign) {
    skip_spaces();
    if (at_ == text_.size() || text_[at_] != sign) return false;
    ++at_;
    return true;
  }
  void want(char sign) {
    if (!take(sign)) fail();
  }
  static bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80);
  }

  std::string quoted(char quote) {
    std::string out;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c != quote) {
        out.push_back(c);
      } else if (at_ < text_.size() && text_[at_] == quote) {
        out.push_back(c);
        ++at_;
      } else {
        return out;
      }
    }
    fail();
  }
  std::string word() {
    skip_spaces();
    const size_t begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    if (begin == at_) fail();
    return std::string(text_.substr(begin, at_ - begin));
  }
  std::string upper_word() {
    std::string upper = word();
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return upper;
  }
  std::string name() { return take('"') ? quoted('"') : word(); }
  uint32_t number() {
    uint64_t value = 0;
    for (const char c : word()) {
      if (c < '0' || c > '9' || value > UINT32_MAX / 10) fail();
      value = value * 10 + static_cast<uint64_t>(c - '0');
    }
    return static_cast<uint32_t>(value);
  }

  TypeRef any(int depth) {
    if (depth > kDeepest) fail();
    TypeRef type = base(depth);
    while (take('[')) {
      if (take(']')) {
        type = Type::list(type);
      } else {
        type = Type::array(type, number());
        want(']');
      }
    }
    return type;
  }

  TypeRef structure(int depth, bool named) {
    std::vector<Field> fields;
    want('(');
    if (!take(')')) {
      do {
        std::string field_name = named ? name() : std::string();
        const TypeRef type = any(depth + 1);
        fields.push_back({std::move(field_name), type});
      } while (take(','));
      want(')');
    }
    return Type::structure(std::move(fields));
  }

  TypeRef base(int depth) {
    skip_spaces();
    if (take('"')) {
      const std::string quoted_name = quoted('"');
      if (quoted_name == "NULL") return Type::null();
      const TypeRef type = simple_type_named(quoted_name);
      if (type == nullptr) fail();
      return type;
    }
    const size_t begin = at_;
    const std::string head = upper_word();
    if (head == "STRUCT" || head == "ROW") return structure(depth, true);
    if (head == "TUPLE") return structure(depth, false);
    if (head == "NULL") return Type::null();
    if (head == "MAP") {
      want('(');
      const TypeRef key = any(depth + 1);
      want(',');
      const TypeRef value = any(depth + 1);
      want(')');
      return Type::map(key, value);
    }
    if (head == "DECIMAL" || head == "NUMERIC" || head == "DEC") {
      if (!take('(')) return Type::decimal(18, 3);
      const uint32_t width = number();
      const uint32_t scale = take(',') ? number() : 0;
      want(')');
      return Type::decimal(static_cast<int>(width), static_cast<int>(scale));
    }
    if (head == "ENUM") {
      std::vector<std::string> values;
      const bool is_ordered = !take('(');
      if (is_ordered) {
        if (upper_word() != "ORDERED") fail();
        want('(');
      }
      do {
        want('\'');
        values.push_back(quoted('\''));
      } while (take(','));
      want(')');
      return Type::enumeration(std::move(values), is_ordered);
    }
    if (head == "TIMESTAMPTZ" && take('(')) {
      want('\'');
      const std::string zone = quoted('\'');
      want(')');
      if (const TypeRef type = zoned_timestamp(zone)) return type;
      throw Error(ErrorCode::kInvalidArgument, "there is no time zone \"{}\"", zone)
          .hint("pg_timezone_names() lists them; an offset is written '+05:30'");
    }
    if (head == "TIMESTAMP" || head == "TIME") {
      const size_t here = at_;
      std::string rest;
      for (int i = 0; i < 3; ++i) {
        skip_spaces();
        if (at_ == text_.size() || !is_word(text_[at_])) break;
        rest += rest.empty() ? "" : " ";
        rest += upper_word();
      }
      if (rest == "WITH TIME ZONE" && head == "TIMESTAMP") return Type::timestamp_tz();
      if (rest != "WITHOUT TIME ZONE") at_ = here;
    }
    if (head == "DOUBLE") {
      const size_t here = at_;
      skip_spaces();
      if (at_ == text_.size() || !is_word(text_[at_]) || upper_word() != "PRECISION") at_ = here;
    }
    if ((head == "VARCHAR" || head == "CHAR") && take('(')) {
      number();
      want(')');
    }
    const TypeRef type = simple_type_named(head);
    if (type == nullptr) {
      at_ = begin;
      fail();
    }
    return type;
  }

  const std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

TypeRef type_from_text(std::string_view text) { return TypeTextParser(text).whole(); }

}  // namespace doline
