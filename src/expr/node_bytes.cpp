#include <unordered_map>
#include <utility>

#include "base/hash.h"
#include "expr/expr.h"
#include "expr/node.h"
#include "kernel/time_zone.h"

namespace doline {

namespace {

constexpr uint32_t kMagic = 0x504E4C44;  // "DLNP"
constexpr int kDepthLimit = 512;
constexpr uint8_t kNullNode = 0;
constexpr uint8_t kNewNode = 1;
constexpr uint8_t kKnownNode = 2;

std::unordered_map<uint16_t, NodeFactory>& factories() {
  static auto* map =
      new std::unordered_map<uint16_t, NodeFactory>();  // filled by static initialisers
  return *map;
}

[[noreturn]] void corrupt(std::string_view what) {
  throw Error(ErrorCode::kCorrupt, "plan bytes: {}", what);
}

/// Writes fields as they are visited. `share`: a node met twice is written once.
class WireWriter final : public FieldVisitor {
 public:
  WireWriter(std::vector<std::byte>& out, bool share) : out_(out), share_(share) {}

  void field(int tag, const char*, bool& value) override {
    byte(tag);
    byte(value);
  }
  void field(int tag, const char*, int64_t& value) override {
    byte(tag);
    integer(value);
  }
  void field(int tag, const char*, double& value) override {
    byte(tag);
    raw(&value, sizeof value);
  }
  void field(int tag, const char*, std::string& value) override {
    byte(tag);
    text(value);
  }
  void field(int tag, const char*, TypeRef& value) override {
    byte(tag);
    type(value);
  }
  void field(int tag, const char*, Value& v) override {
    byte(tag);
    value(v);
  }
  void field(int tag, const char*, NodeRef& value) override {
    byte(tag);
    node(value.get());
  }
  void count(int tag, const char*, size_t& value) override {
    byte(tag);
    integer(static_cast<int64_t>(value));
  }

  void node(const Node* node) {
    if (!node) return byte(kNullNode);
    if (share_) {
      const auto [at, is_new] = known_.emplace(node, static_cast<int64_t>(known_.size()));
      if (!is_new) {
        byte(kKnownNode);
        return integer(at->second);
      }
    }
    byte(kNewNode);
    integer(static_cast<int64_t>(node->tag()));
    const_cast<Node*>(node)->fields(*this);  // fields() gives access; writing changes nothing
    // Where it stands in the text is no part of what it is, but goes along.
    const auto* expr = share_ ? dynamic_cast<const Expr*>(node) : nullptr;
    if (!expr) return;
    integer(expr->span.begin);
    integer(expr->span.end);
  }
  void byte(int value) { out_.push_back(static_cast<std::byte>(value)); }
  void raw(const void* from, size_t size) {
    const auto* begin = static_cast<const std::byte*>(from);
    out_.insert(out_.end(), begin, begin + size);
  }

 private:
  /// Zigzag varint.
  void integer(int64_t value) {
    auto rest = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
    while (rest >= 0x80) {
      byte(static_cast<int>(rest & 0x7F) | 0x80);
      rest >>= 7;
    }
    byte(static_cast<int>(rest));
  }
  void text(std::string_view value) {
    integer(static_cast<int64_t>(value.size()));
    raw(value.data(), value.size());
  }
  void type(TypeRef value) {
    if (!value) return byte(0xFF);
    byte(static_cast<int>(value->kind()));
    switch (value->kind()) {
      case TypeKind::kDecimal:
        byte(value->width());
        byte(value->scale());
        return;
      case TypeKind::kEnum:
        byte(value->is_ordered());
        integer(static_cast<int64_t>(value->enum_values().size()));
        for (const auto& entry : value->enum_values()) text(entry);
        return;
      case TypeKind::kTimestampTz:
        return text(value->zone_name());
      case TypeKind::kArray:
        integer(value->array_length());
        return type(value->element());
      case TypeKind::kList:
        return type(value->element());
      case TypeKind::kMap:
      case TypeKind::kStruct:
        integer(static_cast<int64_t>(value->fields().size()));
        for (const auto& entry : value->fields()) {
          text(entry.name);
          type(entry.type);
        }
        return;
      case TypeKind::kNull:
      case TypeKind::kBool:
      case TypeKind::kInt8:
      case TypeKind::kInt16:
      case TypeKind::kInt32:
      case TypeKind::kInt64:
      case TypeKind::kHugeInt:
      case TypeKind::kUInt8:
      case TypeKind::kUInt16:
      case TypeKind::kUInt32:
      case TypeKind::kUInt64:
      case TypeKind::kFloat:
      case TypeKind::kDouble:
      case TypeKind::kDate:
      case TypeKind::kTime:
      case TypeKind::kTimestampS:
      case TypeKind::kTimestampMs:
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampNs:
      case TypeKind::kInterval:
      case TypeKind::kDuration:
      case TypeKind::kVarchar:
      case TypeKind::kBlob:
      case TypeKind::kUuid:
      case TypeKind::kJson:
        return;
    }
  }
  void value(const Value& v) {
    type(v.type());
    byte(static_cast<int>(v.storage().index()));
    if (const auto* flag = std::get_if<bool>(&v.storage())) return byte(*flag);
    if (const auto* number = std::get_if<int128_t>(&v.storage()))
      return raw(number, sizeof *number);
    if (const auto* real = std::get_if<double>(&v.storage())) return raw(real, sizeof *real);
    if (const auto* interval = std::get_if<Interval>(&v.storage()))
      return raw(interval, sizeof *interval);
    if (const auto* string = std::get_if<std::string>(&v.storage())) return text(*string);
    if (const auto* nested = std::get_if<std::vector<Value>>(&v.storage())) {
      integer(static_cast<int64_t>(nested->size()));
      for (const Value& element : *nested) value(element);
    }
  }

  std::vector<std::byte>& out_;
  const bool share_;
  std::unordered_map<const Node*, int64_t> known_;
};

class WireReader final : public FieldVisitor {
 public:
  WireReader(std::span<const std::byte> bytes, const AccessPolicy* access)
      : rest_(bytes), access_(access) {}

  const AccessPolicy* access() const override { return access_; }

  void field(int tag, const char*, bool& value) override {
    expect(tag);
    value = byte() != 0;
  }
  void field(int tag, const char*, int64_t& value) override {
    expect(tag);
    value = integer();
  }
  void field(int tag, const char*, double& value) override {
    expect(tag);
    raw(&value, sizeof value);
  }
  void field(int tag, const char*, std::string& value) override {
    expect(tag);
    value = text();
  }
  void field(int tag, const char*, TypeRef& value) override {
    expect(tag);
    value = some_type(0);
  }
  void field(int tag, const char*, Value& v) override {
    expect(tag);
    v = value(0);
  }
  void field(int tag, const char* name, NodeRef& value) override {
    expect(tag);
    const bool may_be_null = std::exchange(may_be_null_, false);
    value = node();
    if (!value && !may_be_null) throw Error(ErrorCode::kCorrupt, "plan bytes: no {}", name);
  }
  void count(int tag, const char*, size_t& value) override {
    expect(tag);
    value = size();
  }

  NodeRef node() {
    switch (byte()) {
      case kNullNode:
        return nullptr;
      case kKnownNode: {
        const int64_t id = integer();
        if (id < 0 || static_cast<size_t>(id) >= known_.size() ||
            !known_[static_cast<size_t>(id)]) {
          corrupt("a reference to no node");
        }
        return known_[static_cast<size_t>(id)];
      }
      case kNewNode:
        break;
      default:
        corrupt("neither a node nor a reference");
    }
    if (++depth_ > kDepthLimit) corrupt("nested too deeply");
    const auto factory = factories().find(static_cast<uint16_t>(integer()));
    if (factory == factories().end()) corrupt("an unknown kind of node");
    Ref<Node> made = factory->second();
    const size_t id = known_.size();
    known_.emplace_back();
    made->fields(*this);
    if (auto* expr = dynamic_cast<Expr*>(made.get())) {
      expr->span.begin = static_cast<uint32_t>(integer());
      expr->span.end = static_cast<uint32_t>(integer());
    }
    try {
      made->complete();
    } catch (Error& error) {
      if (error.code() == ErrorCode::kInternal) corrupt("fields that do not fit together");
      throw;
    }
    known_[id] = made;
    --depth_;
    return made;
  }
  bool at_end() const { return rest_.empty(); }
  void raw(void* to, size_t size) {
    if (size > rest_.size()) corrupt("they end early");
    std::memcpy(to, rest_.data(), size);
    rest_ = rest_.subspan(size);
  }

 private:
  void expect(int tag) {
    if (byte() != tag) corrupt("a field out of place");
  }
  int byte() {
    if (rest_.empty()) corrupt("they end early");
    const auto value = static_cast<int>(rest_.front());
    rest_ = rest_.subspan(1);
    return value;
  }
  int64_t integer() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const int next = byte();
      value |= static_cast<uint64_t>(next & 0x7F) << shift;
      if ((next & 0x80) == 0) return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
    }
    corrupt("a number without end");
  }
  /// Of something of which each element takes a byte at least.
  size_t size() {
    const int64_t value = integer();
    if (value < 0 || static_cast<uint64_t>(value) > rest_.size())
      corrupt("a size beyond their end");
    return static_cast<size_t>(value);
  }
  std::string text() {
    std::string value(size(), '\0');
    raw(value.data(), value.size());
    return value;
  }
  TypeRef type(int depth) {
    if (depth > kDepthLimit) corrupt("nested too deeply");
    const int kind = byte();
    if (kind == 0xFF) return nullptr;
    if (kind > static_cast<int>(TypeKind::kMap)) corrupt("an unknown type");
    switch (static_cast<TypeKind>(kind)) {
      case TypeKind::kDecimal: {
        const int width = byte();
        return Type::decimal(width, byte());
      }
      case TypeKind::kEnum: {
        const bool is_ordered = byte() != 0;
        std::vector<std::string> values;
        for (size_t count = size(); count > 0; --count) values.push_back(text());
        return Type::enumeration(std::move(values), is_ordered);
      }
      case TypeKind::kTimestampTz: {
        const std::string zone = text();
        const TypeRef zoned = zone.empty() ? Type::timestamp_tz() : zoned_timestamp(zone);
        if (!zoned) corrupt("a time zone that is not known here");
        return zoned;
      }
      case TypeKind::kArray: {
        const int64_t length = integer();
        if (length < 0 || length > 1 << 20) corrupt("an array too long");
        return Type::array(some_type(depth), static_cast<uint32_t>(length));
      }
      case TypeKind::kList:
        return Type::list(some_type(depth));
      case TypeKind::kMap:
      case TypeKind::kStruct: {
        // Grown element by element: a size costs a byte to write, at every one of many levels.
        std::vector<Field> fields;
        for (size_t count = size(); count > 0; --count) {
          std::string name = text();
          fields.push_back({std::move(name), some_type(depth)});
        }
        if (static_cast<TypeKind>(kind) == TypeKind::kStruct)
          return Type::structure(std::move(fields));
        if (fields.size() != 2) corrupt("a map without key and value");
        return Type::map(fields[0].type, fields[1].type);
      }
      case TypeKind::kNull:
      case TypeKind::kBool:
      case TypeKind::kInt8:
      case TypeKind::kInt16:
      case TypeKind::kInt32:
      case TypeKind::kInt64:
      case TypeKind::kHugeInt:
      case TypeKind::kUInt8:
      case TypeKind::kUInt16:
      case TypeKind::kUInt32:
      case TypeKind::kUInt64:
      case TypeKind::kFloat:
      case TypeKind::kDouble:
      case TypeKind::kDate:
      case TypeKind::kTime:
      case TypeKind::kTimestampS:
      case TypeKind::kTimestampMs:
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampNs:
      case TypeKind::kInterval:
      case TypeKind::kDuration:
      case TypeKind::kVarchar:
      case TypeKind::kBlob:
      case TypeKind::kUuid:
      case TypeKind::kJson:
        return Type::simple(static_cast<TypeKind>(kind));
    }
    corrupt("an unknown type");
  }
  TypeRef some_type(int depth) {
    const TypeRef result = type(depth + 1);
    if (!result) corrupt("a type left out");
    return result;
  }
  Value value(int depth) {
    if (depth > kDepthLimit) corrupt("nested too deeply");
    const TypeRef value_type = some_type(depth);
    const int index = byte();
    const PhysicalType physical = value_type->physical();
    const auto want = [&](bool fits) {
      if (!fits) corrupt("a value that does not fit its type");
    };
    switch (index) {
      case 0:
        return Value::null(value_type);
      case 1:
        want(physical == PhysicalType::kBool);
        return Value(value_type, byte() != 0);
      case 2: {
        want(physical >= PhysicalType::kInt8 && physical <= PhysicalType::kUInt64);
        int128_t number;
        raw(&number, sizeof number);
        return Value(value_type, number);
      }
      case 3: {
        want(physical == PhysicalType::kFloat || physical == PhysicalType::kDouble);
        double real;
        raw(&real, sizeof real);
        return Value(value_type, real);
      }
      case 4: {
        want(physical == PhysicalType::kInterval);
        Interval interval;
        raw(&interval, sizeof interval);
        return Value(value_type, interval);
      }
      case 5:
        want(physical == PhysicalType::kString);
        return Value(value_type, text());
      case 6: {
        want(value_type->is_nested());
        const size_t count = size();
        want(physical == PhysicalType::kList || count == value_type->fields().size());
        std::vector<Value> nested;
        for (size_t i = 0; i < count; ++i) {
          nested.push_back(value(depth + 1));
          const TypeRef expected =
              physical == PhysicalType::kList ? value_type->child() : value_type->fields()[i].type;
          want(nested.back().type() == expected);
        }
        return Value(value_type, std::move(nested));
      }
      default:
        corrupt("an unknown value");
    }
  }

  std::span<const std::byte> rest_;
  const AccessPolicy* const access_;
  int depth_ = 0;
  std::vector<NodeRef> known_;
};

std::vector<std::byte> plain_bytes(const Node& node) {
  constexpr size_t kUsualBytes = 256;
  std::vector<std::byte> bytes;
  bytes.reserve(kUsualBytes);
  WireWriter(bytes, false).node(&node);
  return bytes;
}

}  // namespace

void register_node(NodeTag tag, NodeFactory factory) {
  ASSERT(factories().emplace(static_cast<uint16_t>(tag), factory).second);
}

bool equal(const Node& a, const Node& b) {
  return &a == &b || (a.tag() == b.tag() && plain_bytes(a) == plain_bytes(b));
}

uint64_t hash_of(const Node& node) {
  const auto bytes = plain_bytes(node);
  return hash_bytes(bytes.data(), bytes.size());
}

std::vector<std::byte> to_bytes(const Node& node) {
  std::vector<std::byte> bytes;
  WireWriter writer(bytes, true);
  writer.raw(&kMagic, sizeof kMagic);
  writer.raw(&kPlanFormatVersion, sizeof kPlanFormatVersion);
  writer.node(&node);
  return bytes;
}

NodeRef node_from_bytes(std::span<const std::byte> bytes, const AccessPolicy* access) {
  WireReader reader(bytes, access);
  uint32_t magic;
  uint16_t version;
  reader.raw(&magic, sizeof magic);
  reader.raw(&version, sizeof version);
  if (magic != kMagic) corrupt("they do not begin like a plan");
  if (version != kPlanFormatVersion) {
    throw Error(ErrorCode::kCorrupt,
                "plan bytes of format {} are not read by this version, which reads {}", version,
                kPlanFormatVersion);
  }
  NodeRef node = reader.node();
  if (!node || !reader.at_end()) corrupt("something follows the plan, or there is none");
  return node;
}

}  // namespace doline
