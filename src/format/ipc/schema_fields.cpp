#include "format/ipc/schema_fields.h"

#include <ipc_wire_generated.h>

#include "format/arrow/arrow_pairs.h"

namespace doline::ipc {

namespace {

constexpr int kDeepest = 64;
constexpr size_t kMostFields = size_t{1} << 20;

}  // namespace

class FieldMaker {
 public:
  FieldMaker(ForeignFields& fields, const Place& place) : fields_(fields), place_(place) {}

  ArrowSchema* make(const wire::Field& from, int depth) {
    if (depth > kDeepest) place_.broken("columns nested too deep");
    if (!from.type()) broken(from, "it has no type");
    ForeignFields::Node& node = add_node(from);
    node.schema.flags = from.nullable() ? ARROW_FLAG_NULLABLE : 0;
    if (from.pairs()) node.pairs = pairs_of(*from.pairs());
    if (!from.dictionary()) {
      node.format = format_of(from);
      add_children(from, node, depth);
    } else {
      // The field itself says what the values are; its codes are said beside them.
      const wire::DictionaryEncoding& encoding = *from.dictionary();
      if (encoding.kind() != wire::DictionaryKind::DenseArray)
        broken(from, "a dictionary of no known kind");
      node.format = encoding.codes() ? format_of(from, *encoding.codes()) : "i";
      fields_.ids_.push_back(encoding.id());
      ForeignFields::Node& values = add_node(from);
      values.format = format_of(from);
      node.schema.dictionary = &values.schema;
      add_children(from, values, depth);
      finish(values);
    }
    finish(node);
    return &node.schema;
  }

  static std::string pairs_of(const flatbuffers::Vector<flatbuffers::Offset<wire::Pair>>& pairs) {
    std::vector<std::pair<std::string_view, std::string_view>> read;
    for (const wire::Pair* pair : pairs) {
      const auto text = [](const flatbuffers::String* value) {
        return value ? std::string_view(value->c_str(), value->size()) : std::string_view();
      };
      read.emplace_back(text(pair->key()), text(pair->value()));
    }
    return packed_arrow_pairs(read);
  }

 private:
  [[noreturn]] void broken(const wire::Field& field, std::string_view why) const {
    place_.broken(fmt::format("column \"{}\": {}", name_of(field), why));
  }
  static std::string name_of(const wire::Field& field) {
    return field.name() ? field.name()->str() : std::string();
  }

  ForeignFields::Node& add_node(const wire::Field& from) {
    if (fields_.nodes_.size() >= kMostFields) place_.broken("more than a million columns");
    ForeignFields::Node& node = fields_.nodes_.emplace_back();
    node.name = name_of(from);
    return node;
  }

  void add_children(const wire::Field& from, ForeignFields::Node& node, int depth) {
    if (!from.children()) return;
    for (const wire::Field* child : *from.children())
      node.children.push_back(make(*child, depth + 1));
  }

  static void finish(ForeignFields::Node& node) {
    node.schema.format = node.format.c_str();
    node.schema.name = node.name.c_str();
    node.schema.metadata = node.pairs.empty() ? nullptr : node.pairs.data();
    node.schema.n_children = static_cast<int64_t>(node.children.size());
    node.schema.children = node.children.empty() ? nullptr : node.children.data();
    node.schema.release = [](ArrowSchema* schema) { schema->release = nullptr; };
  }

  std::string format_of(const wire::Field& field, const wire::Int& type) const {
    const std::string_view letters = type.is_signed() ? "csil" : "CSIL";
    switch (type.bit_width()) {
      case 8:
        return std::string(1, letters[0]);
      case 16:
        return std::string(1, letters[1]);
      case 32:
        return std::string(1, letters[2]);
      case 64:
        return std::string(1, letters[3]);
    }
    broken(field, fmt::format("integers of {} bits", type.bit_width()));
  }

  char letter_of(const wire::Field& field, wire::TimeUnit unit) const {
    switch (unit) {
      case wire::TimeUnit::Second:
        return 's';
      case wire::TimeUnit::Millisecond:
        return 'm';
      case wire::TimeUnit::Microsecond:
        return 'u';
      case wire::TimeUnit::Nanosecond:
        return 'n';
    }
    broken(field, "a time in no known unit");
  }

  std::string format_of(const wire::Field& field) const {
    switch (field.type_type()) {
      case wire::Type::NONE:
        break;
      case wire::Type::Null:
        return "n";
      case wire::Type::Int:
        return format_of(field, *field.type_as_Int());
      case wire::Type::Float:
        switch (field.type_as_Float()->width()) {
          case wire::FloatWidth::Half:
            return "e";
          case wire::FloatWidth::Single:
            return "f";
          case wire::FloatWidth::Double:
            return "g";
        }
        break;
      case wire::Type::Binary:
        return "z";
      case wire::Type::Utf8:
        return "u";
      case wire::Type::Bool:
        return "b";
      case wire::Type::Decimal: {
        const wire::Decimal& type = *field.type_as_Decimal();
        return fmt::format("d:{},{},{}", type.precision(), type.scale(), type.bit_width());
      }
      case wire::Type::Date:
        switch (field.type_as_Date()->unit()) {
          case wire::DateUnit::Day:
            return "tdD";
          case wire::DateUnit::Millisecond:
            return "tdm";
        }
        break;
      case wire::Type::Time: {
        const wire::Time& type = *field.type_as_Time();
        const bool is_short =
            type.unit() == wire::TimeUnit::Second || type.unit() == wire::TimeUnit::Millisecond;
        if (type.bit_width() != (is_short ? 32 : 64))
          broken(field, fmt::format("times of {} bits", type.bit_width()));
        return std::string("tt") + letter_of(field, type.unit());
      }
      case wire::Type::Timestamp: {
        const wire::Timestamp& type = *field.type_as_Timestamp();
        return std::string("ts") + letter_of(field, type.unit()) + ":" +
               (type.zone() ? type.zone()->str() : "");
      }
      case wire::Type::Interval:
        switch (field.type_as_Interval()->unit()) {
          case wire::IntervalUnit::Months:
            return "tiM";
          case wire::IntervalUnit::DayTime:
            return "tiD";
          case wire::IntervalUnit::MonthDayNano:
            return "tin";
        }
        break;
      case wire::Type::List:
        return "+l";
      case wire::Type::Struct:
        return "+s";
      case wire::Type::Union:
        throw Error(ErrorCode::kNotSupported,
                    "{}: column \"{}\" is a union, which has no twin here", place_.text(),
                    name_of(field));
      case wire::Type::FixedBinary:
        return fmt::format("w:{}", field.type_as_FixedBinary()->byte_width());
      case wire::Type::FixedList:
        return fmt::format("+w:{}", field.type_as_FixedList()->list_size());
      case wire::Type::Map:
        return "+m";
      case wire::Type::Duration:
        return std::string("tD") + letter_of(field, field.type_as_Duration()->unit());
      case wire::Type::LargeBinary:
        return "Z";
      case wire::Type::LargeUtf8:
        return "U";
      case wire::Type::LargeList:
        return "+L";
      case wire::Type::RunEnds:
        return "+r";
      case wire::Type::BinaryView:
        return "vz";
      case wire::Type::Utf8View:
        return "vu";
      case wire::Type::ListView:
        return "+vl";
      case wire::Type::LargeListView:
        return "+vL";
    }
    broken(field, "a type that is none");
  }

  ForeignFields& fields_;
  const Place& place_;
};

ForeignFields::ForeignFields(const wire::Schema& wire, const Place& place) {
  FieldMaker maker(*this, place);
  if (!wire.fields()) return;
  for (const wire::Field* field : *wire.fields()) columns_.push_back(maker.make(*field, 1));
}

}  // namespace doline::ipc
