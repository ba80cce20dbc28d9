#include "format/ipc/write_schema.h"

#include <algorithm>
#include <charconv>

#include "base/assert.h"
#include "base/error.h"
#include "format/arrow/arrow_pairs.h"
#include "format/ipc/file.h"
#include "format/ipc/framed_message.h"

namespace doline::ipc {

namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
using Pairs = Offset<flatbuffers::Vector<Offset<wire::Pair>>>;

void append_number(std::string& out, size_t number) {
  const auto value = static_cast<uint32_t>(number);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

class SchemaWriter {
 public:
  explicit SchemaWriter(FlatBufferBuilder& builder) : builder_(builder) {}

  Offset<wire::Schema> write(const ArrowSchema& rows, const KeyValues& key_values) {
    std::vector<Offset<wire::Field>> fields;
    for (int64_t i = 0; i < rows.n_children; ++i) fields.push_back(write_field(*rows.children[i]));
    const ArrowPairs pairs(key_values.begin(), key_values.end());
    const auto written = builder_.CreateVector(fields);
    return wire::CreateSchema(builder_, wire::Endianness::Little, written, write_pairs(pairs));
  }

 private:
  struct Typed {
    wire::Type type;
    Offset<void> value;
  };

  Pairs write_pairs(const ArrowPairs& pairs) {
    if (pairs.empty()) return 0;
    std::vector<Offset<wire::Pair>> written;
    for (const auto& [key, value] : pairs) {
      const auto key_text = builder_.CreateString(key.data(), key.size());
      written.push_back(
          wire::CreatePair(builder_, key_text, builder_.CreateString(value.data(), value.size())));
    }
    return builder_.CreateVector(written);
  }

  Offset<wire::Field> write_field(const ArrowSchema& field) {
    Offset<wire::DictionaryEncoding> dictionary;
    if (field.dictionary) {
      const int64_t id = next_id_++;
      dictionary =
          wire::CreateDictionaryEncoding(builder_, id, write_int(field.format[0]),
                                         (field.flags & ARROW_FLAG_DICTIONARY_ORDERED) != 0);
    }
    const ArrowSchema& typed = field.dictionary ? *field.dictionary : field;
    std::vector<Offset<wire::Field>> children;
    for (int64_t i = 0; i < typed.n_children; ++i)
      children.push_back(write_field(*typed.children[i]));
    const auto pairs = arrow_pairs_in(field.metadata);
    ASSERT(pairs.has_value());
    const auto name = builder_.CreateString(field.name);
    const Typed type = write_type(typed.format);
    const auto written_children = builder_.CreateVector(children);
    return wire::CreateField(builder_, name, (field.flags & ARROW_FLAG_NULLABLE) != 0, type.type,
                             type.value, dictionary, written_children, write_pairs(*pairs));
  }

  Offset<wire::Int> write_int(char letter) {
    constexpr std::string_view kSigned = "csil";
    constexpr std::string_view kUnsigned = "CSIL";
    const size_t at = std::min(kSigned.find(letter), kUnsigned.find(letter));
    ASSERT(at < kSigned.size());
    return wire::CreateInt(builder_, 8 << at, kSigned.find(letter) != std::string_view::npos);
  }

  static wire::TimeUnit unit_of(char letter) {
    switch (letter) {
      case 's':
        return wire::TimeUnit::Second;
      case 'm':
        return wire::TimeUnit::Millisecond;
      case 'u':
        return wire::TimeUnit::Microsecond;
      case 'n':
        return wire::TimeUnit::Nanosecond;
    }
    UNREACHABLE();
  }

  static std::vector<int> numbers_in(std::string_view text) {
    std::vector<int> numbers;
    while (!text.empty()) {
      int number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      ASSERT(error == std::errc());
      numbers.push_back(number);
      text.remove_prefix(static_cast<size_t>(end - text.data()));
      if (!text.empty()) text.remove_prefix(1);
    }
    return numbers;
  }

  /// Of the formats that export_arrow_schema() gives.
  Typed write_type(std::string_view format) {
    switch (format[0]) {
      case 'n':
        return {wire::Type::Null, wire::CreateNull(builder_).Union()};
      case 'b':
        return {wire::Type::Bool, wire::CreateBool(builder_).Union()};
      case 'f':
        return {wire::Type::Float, wire::CreateFloat(builder_, wire::FloatWidth::Single).Union()};
      case 'g':
        return {wire::Type::Float, wire::CreateFloat(builder_, wire::FloatWidth::Double).Union()};
      case 'u':
        return {wire::Type::Utf8, wire::CreateUtf8(builder_).Union()};
      case 'z':
        return {wire::Type::Binary, wire::CreateBinary(builder_).Union()};
      case 'w':
        return {wire::Type::FixedBinary,
                wire::CreateFixedBinary(builder_, numbers_in(format.substr(2))[0]).Union()};
      case 'd': {
        const std::vector<int> numbers = numbers_in(format.substr(2));
        return {wire::Type::Decimal,
                wire::CreateDecimal(builder_, numbers[0], numbers[1], 128).Union()};
      }
      case 't':
        return write_temporal(format);
      case '+':
        return write_nested(format);
      default:
        return {wire::Type::Int, write_int(format[0]).Union()};
    }
  }

  Typed write_temporal(std::string_view format) {
    switch (format[1]) {
      case 'd':
        return {wire::Type::Date, wire::CreateDate(builder_, wire::DateUnit::Day).Union()};
      case 't':
        return {wire::Type::Time, wire::CreateTime(builder_, unit_of(format[2]), 64).Union()};
      case 's': {
        const std::string_view zone = format.substr(4);
        Offset<flatbuffers::String> written;
        if (!zone.empty()) written = builder_.CreateString(zone.data(), zone.size());
        return {wire::Type::Timestamp,
                wire::CreateTimestamp(builder_, unit_of(format[2]), written).Union()};
      }
      case 'i':
        return {wire::Type::Interval,
                wire::CreateInterval(builder_, wire::IntervalUnit::MonthDayNano).Union()};
      case 'D':
        return {wire::Type::Duration, wire::CreateDuration(builder_, unit_of(format[2])).Union()};
    }
    UNREACHABLE();
  }

  Typed write_nested(std::string_view format) {
    switch (format[1]) {
      case 'l':
        return {wire::Type::List, wire::CreateList(builder_).Union()};
      case 's':
        return {wire::Type::Struct, wire::CreateStruct(builder_).Union()};
      case 'm':
        return {wire::Type::Map, wire::CreateMap(builder_).Union()};
      case 'w':
        return {wire::Type::FixedList,
                wire::CreateFixedList(builder_, numbers_in(format.substr(3))[0]).Union()};
    }
    UNREACHABLE();
  }

  FlatBufferBuilder& builder_;
  int64_t next_id_ = 0;
};

Offset<flatbuffers::Vector<const wire::Block*>> write_blocks(
    FlatBufferBuilder& builder, const std::vector<WrittenBlock>& blocks) {
  std::vector<wire::Block> written;
  for (const WrittenBlock& block : blocks) {
    written.emplace_back(static_cast<int64_t>(block.offset),
                         static_cast<int32_t>(block.metadata_bytes),
                         static_cast<int64_t>(block.body_bytes));
  }
  return builder.CreateVectorOfStructs(written);
}

}  // namespace

std::string framed_message(FlatBufferBuilder& builder, wire::Header kind, Offset<void> header,
                           size_t body_bytes, size_t begin) {
  builder.Finish(wire::CreateMessage(builder, wire::Version::V5, kind, header,
                                     static_cast<int64_t>(body_bytes)));
  constexpr size_t kPrefixBytes = 8;
  const size_t padded = aligned(begin + kPrefixBytes + builder.GetSize()) - kPrefixBytes - begin;
  std::string message(kStreamEnd.substr(0, 4));
  append_number(message, padded);
  message.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
  message.resize(kPrefixBytes + padded);
  return message;
}

std::string schema_message(const ArrowSchema& rows, const KeyValues& key_values, size_t begin) {
  FlatBufferBuilder builder;
  const auto schema = SchemaWriter(builder).write(rows, key_values);
  return framed_message(builder, wire::Header::Schema, schema.Union(), 0, begin);
}

std::string file_end(const ArrowSchema& rows, const KeyValues& key_values,
                     const std::vector<WrittenBlock>& dictionaries,
                     const std::vector<WrittenBlock>& batches) {
  FlatBufferBuilder builder;
  const auto schema = SchemaWriter(builder).write(rows, key_values);
  const auto written_dictionaries = write_blocks(builder, dictionaries);
  const auto written_batches = write_blocks(builder, batches);
  builder.Finish(wire::CreateFooter(builder, wire::Version::V5, schema, written_dictionaries,
                                    written_batches));
  std::string end(kStreamEnd);
  end.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
  append_number(end, builder.GetSize());
  end += kFileMagic;
  return end;
}

}  // namespace doline::ipc
