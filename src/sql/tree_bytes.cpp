#include "sql/tree_bytes.h"

#include <limits>

#include "base/error.h"
#include "sql/build.h"
#include "sql/lexer.h"
#include "sql/tree_check.h"
#include "sql/visit.h"

namespace doline::sql {

namespace {

constexpr std::string_view kMagic = "DLST";

enum class Family : uint8_t { kStatement = 1, kQuery = 2, kExpression = 3 };

/// Tag of the references that are no node with a kind: types, windows, samples.
constexpr uint8_t kOnlyTag = 1;

class TreeWriter {
 public:
  Bytes take() { return std::move(out_); }

  void byte(uint8_t value) { out_.push_back(std::byte{value}); }
  void number(uint64_t value) {
    while (value >= 0x80) {
      byte(static_cast<uint8_t>(value) | 0x80);
      value >>= 7;
    }
    byte(static_cast<uint8_t>(value));
  }

  template <class T>
  void node(const T& value) {
    if constexpr (std::same_as<T, TypeName>) {
      byte(kOnlyTag);
      span(value.span);
    } else if constexpr (requires { value.kind; }) {
      byte(static_cast<uint8_t>(value.kind));
      span(value.span);
    } else {
      byte(kOnlyTag);
    }
    visit(value, [&](const auto& exact) { fields_of(exact); });
  }

  template <class T>
  void operator()(int number, const char*, const T& value) {
    field(number, value);
  }
  template <class T>
  void some(int number, const char*, const T& value) {
    field(number, value);
  }
  template <class T>
  void optional(int number, const char*, const T& value) {
    if (value != nullptr) field(number, value);
  }

 private:
  template <class T>
  void field(int field_number, const T& value) {
    if constexpr (ListField<T> || std::same_as<T, std::string>) {
      if (value.empty()) return;
    } else if constexpr (NumberField<T>) {
      if (value == T{}) return;
    } else if constexpr (std::same_as<T, Identifier>) {
      if (value.empty() && value.span == SourceSpan{}) return;
    }
    number(static_cast<uint64_t>(field_number));
    put(value);
  }

  template <class T>
  void put(const T& value) {
    if constexpr (ReferenceField<T>) {
      ASSERT(value != nullptr);
      node(*value);
    } else if constexpr (ListField<T>) {
      number(value.size());
      for (const auto& element : value) put(element);
    } else if constexpr (NumberField<T>) {
      number(static_cast<uint64_t>(value));
    } else if constexpr (std::same_as<T, std::string>) {
      text(value);
    } else if constexpr (std::same_as<T, Identifier>) {
      text(value.text);
      span(value.span);
    } else if constexpr (std::same_as<T, SourceSpan>) {
      span(value);
    } else {
      fields_of(value);
    }
  }

  template <class T>
  void fields_of(const T& value) {
    T::fields(value, *this);
    byte(0);
  }
  void text(const std::string& value) {
    number(value.size());
    const auto* first = reinterpret_cast<const std::byte*>(value.data());
    out_.insert(out_.end(), first, first + value.size());
  }
  void span(SourceSpan value) {
    number(value.begin);
    number(value.end - value.begin);
  }

  Bytes out_;
};

/// Reads what TreeWriter wrote, trusting nothing. Invariants: position_ <= bytes_.size(); depth_ is
/// the number of nodes (and GroupingElements) being read, at most kMaxHeight.
class TreeReader {
 public:
  explicit TreeReader(std::span<const std::byte> bytes) : bytes_(bytes) {
    if (bytes.size() > kMaxMessageBytes) {
      throw Error(ErrorCode::kCorrupt, "a tree of {} bytes is longer than the {} allowed",
                  bytes.size(), kMaxMessageBytes);
    }
  }

  template <class T>
  std::shared_ptr<const T> message(Family family) {
    for (const char c : kMagic) {
      if (byte() != static_cast<uint8_t>(c)) fail("no tree of Doline's");
    }
    if (const uint8_t version = byte(); version != kTreeFormatVersion) {
      throw Error(ErrorCode::kCorrupt, "tree format {} is not the {} this version reads", version,
                  kTreeFormatVersion);
    }
    if (byte() != static_cast<uint8_t>(family)) fail("another family of node than expected");
    std::shared_ptr<const T> root;
    reference(root);
    if (position_ != bytes_.size()) fail("bytes behind the end of the tree");
    return root;
  }

  template <class T>
  void operator()(int number, const char* name, T& value) {
    const bool present = field(number, value);
    if constexpr (ReferenceField<T>) {
      if (!present) missing(name);
    }
  }
  template <class T>
  void some(int number, const char* name, T& value) {
    field(number, value);
    if (value.empty()) missing(name);
  }
  template <class T>
  void optional(int number, const char*, T& value) {
    field(number, value);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw Error(ErrorCode::kCorrupt, "damaged tree at byte {}: {}", position_, what);
  }
  [[noreturn]] void missing(const char* name) const {
    throw Error(ErrorCode::kCorrupt, "damaged tree before byte {}: \"{}\" is missing", position_,
                name);
  }

  uint8_t byte() {
    if (position_ >= bytes_.size()) fail("it ends too early");
    return static_cast<uint8_t>(bytes_[position_++]);
  }
  uint64_t number(uint64_t most) {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint64_t next = byte();
      const uint64_t bits = next & 0x7F;
      if (shift == 63 && bits > 1) break;
      value |= bits << shift;
      if (next < 0x80) {
        if (value > most) fail("a number is too large");
        return value;
      }
    }
    fail("a number is too long");
  }

  /// A number of things of which each takes a byte at least, so no more than there are bytes left
  /// behind the number itself.
  uint64_t size() {
    const uint64_t value = number(kMaxMessageBytes);
    if (value > bytes_.size() - position_) fail("a number is too large");
    return value;
  }

  /// Memory about to be taken for something read: refuses what is out of proportion to the bytes,
  /// such as long lists of empty structs.
  void charge(size_t size) {
    taken_ += size;
    if (taken_ > bytes_.size() * 40 + 65536) fail("it takes more memory than its size warrants");
  }

  template <class T>
  bool field(int field_number, T& value) {
    if (pending_ == kNothing) pending_ = static_cast<int>(number(kNothing - 1));
    if (pending_ != field_number) {
      value = T{};
      return false;
    }
    pending_ = kNothing;
    get(value);
    return true;
  }

  template <class T>
  void fields_of(T& value) {
    const int outer = pending_;
    pending_ = kNothing;
    T::fields(value, *this);
    if (pending_ == kNothing) pending_ = static_cast<int>(number(kNothing - 1));
    if (pending_ != 0) fail("an unknown field");
    pending_ = outer;
  }

  template <class T>
  void get(T& value) {
    if constexpr (ReferenceField<T>) {
      reference(value);
    } else if constexpr (ListField<T>) {
      const uint64_t count = size();
      value.clear();
      for (uint64_t i = 0; i < count; ++i) {
        charge(sizeof(typename T::value_type));
        get(value.emplace_back());
      }
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(number(static_cast<uint64_t>(last_of(T{}))));
    } else if constexpr (NumberField<T>) {
      value = static_cast<T>(number(std::numeric_limits<T>::max()));
    } else if constexpr (std::same_as<T, std::string>) {
      text(value);
    } else if constexpr (std::same_as<T, Identifier>) {
      text(value.text);
      value.span = span();
    } else if constexpr (std::same_as<T, SourceSpan>) {
      value = span();
    } else if constexpr (std::same_as<T, GroupingElement>) {
      descend();
      fields_of(value);
      --depth_;
    } else {
      fields_of(value);
    }
  }

  void descend() {
    if (++depth_ > kMaxHeight) fail("it is nested too deeply");
  }

  template <class Base>
  void reference(std::shared_ptr<const Base>& value) {
    const uint8_t tag = byte();
    if constexpr (std::same_as<Base, Expression>) {
      switch (static_cast<ExpressionKind>(tag)) {
#define X(number, name)         \
  case ExpressionKind::k##name: \
    return build<name>(value);
        DOLINE_SQL_EXPRESSIONS(X)
#undef X
      }
    } else if constexpr (std::same_as<Base, Relation>) {
      switch (static_cast<RelationKind>(tag)) {
#define X(number, name)       \
  case RelationKind::k##name: \
    return build<name>(value);
        DOLINE_SQL_RELATIONS(X)
#undef X
      }
    } else if constexpr (std::same_as<Base, Query>) {
      switch (static_cast<QueryKind>(tag)) {
#define X(number, name)    \
  case QueryKind::k##name: \
    return build<name>(value);
        DOLINE_SQL_QUERIES(X)
#undef X
      }
    } else if constexpr (std::same_as<Base, Statement>) {
      switch (static_cast<StatementKind>(tag)) {
#define X(number, name)        \
  case StatementKind::k##name: \
    return build<name>(value);
        DOLINE_SQL_STATEMENTS(X)
#undef X
      }
    } else if (tag == kOnlyTag) {
      return build<Base>(value);
    }
    fail("an unknown kind of node");
  }

  template <class T, class Base>
  void build(std::shared_ptr<const Base>& value) {
    charge(sizeof(T));
    auto node = std::make_shared<T>();
    if constexpr (requires { node->height; }) {
      descend();
      const SourceSpan where = span();
      fields_of(*node);
      close(*node, where);
      --depth_;
    } else {
      fields_of(*node);
    }
    if (const std::string_view flaw = flaw_of(static_cast<const Base&>(*node)); !flaw.empty()) {
      fail(flaw);
    }
    value = std::move(node);
  }

  void text(std::string& value) {
    const uint64_t length = size();
    const auto* first = reinterpret_cast<const char*>(bytes_.data() + position_);
    value.assign(first, length);
    if (find_invalid_utf8(value) != std::string::npos) fail("a text is not UTF-8");
    position_ += length;
  }
  SourceSpan span() {
    constexpr uint64_t kMost = std::numeric_limits<uint32_t>::max();
    const uint64_t begin = number(kMost);
    const uint64_t length = number(kMost - begin);
    return {static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + length)};
  }

  static constexpr int kNothing = 1000;  // above every field number

  const std::span<const std::byte> bytes_;
  size_t position_ = 0;
  size_t taken_ = 0;
  uint32_t depth_ = 0;
  int pending_ = kNothing;  // a field number read but not yet used
};

template <class T>
Bytes write_message(const T& root, Family family) {
  TreeWriter writer;
  for (const char c : kMagic) writer.byte(static_cast<uint8_t>(c));
  writer.byte(kTreeFormatVersion);
  writer.byte(static_cast<uint8_t>(family));
  writer.node(root);
  return writer.take();
}

}  // namespace

Bytes to_bytes(const Statement& statement) { return write_message(statement, Family::kStatement); }
Bytes to_bytes(const Query& query) { return write_message(query, Family::kQuery); }
Bytes to_bytes(const Expression& expression) {
  return write_message(expression, Family::kExpression);
}

StatementRef statement_from_bytes(std::span<const std::byte> bytes) {
  return TreeReader(bytes).message<Statement>(Family::kStatement);
}
QueryRef query_from_bytes(std::span<const std::byte> bytes) {
  return TreeReader(bytes).message<Query>(Family::kQuery);
}
ExpressionRef expression_from_bytes(std::span<const std::byte> bytes) {
  return TreeReader(bytes).message<Expression>(Family::kExpression);
}

}  // namespace doline::sql
