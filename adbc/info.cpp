#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "metadata.h"

namespace doline_adbc {

namespace {

struct Info {
  uint32_t code;
  std::variant<std::string, bool, int64_t> value;  // by the union's type codes 0, 1 and 2
};

std::vector<Info> all_info() {
  return {{ADBC_INFO_VENDOR_NAME, std::string("Doline")},
          {ADBC_INFO_VENDOR_VERSION, std::string(doline::version())},
          {ADBC_INFO_VENDOR_SQL, true},
          {ADBC_INFO_VENDOR_SUBSTRAIT, false},
          {ADBC_INFO_DRIVER_NAME, std::string("ADBC driver of Doline")},
          {ADBC_INFO_DRIVER_VERSION, std::string(doline::version())},
          {ADBC_INFO_DRIVER_ADBC_VERSION, int64_t{ADBC_VERSION_1_1_0}}};
}

/// A schema or an array and all below it, released together.
template <class Node>
struct Tree {
  Node node{};
  std::vector<std::unique_ptr<Tree>> parts;
  std::vector<Node*> children;
  std::vector<const void*> buffers;
  std::vector<std::vector<std::byte>> bytes;

  Tree* add() {
    parts.push_back(std::make_unique<Tree>());
    return parts.back().get();
  }
  /// Closed from the leaves up. What is below an owner is released with it, and does nothing alone.
  void close() {
    for (const auto& part : parts) {
      part->close();
      part->node.release = [](Node* done) { done->release = nullptr; };
      children.push_back(&part->node);
    }
    node.n_children = static_cast<int64_t>(children.size());
    node.children = children.data();
    if constexpr (requires { node.buffers; }) {
      node.n_buffers = static_cast<int64_t>(buffers.size());
      node.buffers = buffers.data();
    }
  }
  static void give_out(std::unique_ptr<Tree> tree, Node* out) {
    tree->close();
    *out = tree->node;
    out->private_data = tree.release();
    out->release = [](Node* done) {
      delete static_cast<Tree*>(done->private_data);
      done->release = nullptr;
    };
  }
};
using SchemaTree = Tree<ArrowSchema>;
using ArrayTree = Tree<ArrowArray>;

SchemaTree* field(SchemaTree* parent, const char* name, const char* format,
                  int64_t flags = ARROW_FLAG_NULLABLE) {
  SchemaTree* made = parent->add();
  made->node.name = name;
  made->node.format = format;
  made->node.flags = flags;
  return made;
}

void give_out_schema(ArrowSchema* out) {
  auto rows = std::make_unique<SchemaTree>();
  rows->node.name = "";
  rows->node.format = "+s";
  field(rows.get(), "info_name", "I", 0);
  SchemaTree* const value = field(rows.get(), "info_value", "+ud:0,1,2,3,4,5");
  field(value, "string_value", "u");
  field(value, "bool_value", "b");
  field(value, "int64_value", "l");
  field(value, "int32_bitmask", "i");
  field(field(value, "string_list", "+l"), "item", "u");
  SchemaTree* const entries =
      field(field(value, "int32_to_int32_list_map", "+m"), "entries", "+s", 0);
  field(entries, "key", "i", 0);
  field(field(entries, "value", "+l"), "item", "i");
  SchemaTree::give_out(std::move(rows), out);
}

/// An array of as many values as `values` holds. Bitmaps are given as bytes.
template <class T>
ArrayTree* array(ArrayTree* parent, int64_t length, const std::vector<T>& values,
                 bool has_validity = true) {
  ArrayTree* made = parent->add();
  made->node.length = length;
  if (has_validity) made->buffers.push_back(nullptr);
  const auto* begin = reinterpret_cast<const std::byte*>(values.data());
  made->bytes.emplace_back(begin, begin + values.size() * sizeof(T));
  made->buffers.push_back(made->bytes.back().data());
  return made;
}

void give_out_rows(const std::vector<Info>& infos, ArrowArray* out) {
  std::vector<uint32_t> codes;
  std::vector<int8_t> kinds;
  std::vector<int32_t> places, ends{0};
  std::string texts;
  std::vector<uint8_t> bools{0};
  std::vector<int64_t> numbers;
  int64_t bool_count = 0;
  for (const Info& info : infos) {
    codes.push_back(info.code);
    kinds.push_back(static_cast<int8_t>(info.value.index()));
    if (const auto* text = std::get_if<std::string>(&info.value)) {
      places.push_back(static_cast<int32_t>(ends.size() - 1));
      texts += *text;
      ends.push_back(static_cast<int32_t>(texts.size()));
    } else if (const auto* is_true = std::get_if<bool>(&info.value)) {
      places.push_back(static_cast<int32_t>(bool_count));
      bools[0] = static_cast<uint8_t>(bools[0] | int{*is_true} << bool_count++);
    } else {
      places.push_back(static_cast<int32_t>(numbers.size()));
      numbers.push_back(std::get<int64_t>(info.value));
    }
  }
  const auto count = static_cast<int64_t>(infos.size());
  auto rows = std::make_unique<ArrayTree>();
  rows->node.length = count;
  rows->buffers.push_back(nullptr);
  array(rows.get(), count, codes);
  ArrayTree* const value = array(rows.get(), count, kinds, false);
  value->bytes.emplace_back(reinterpret_cast<const std::byte*>(places.data()),
                            reinterpret_cast<const std::byte*>(places.data() + places.size()));
  value->buffers.push_back(value->bytes.back().data());
  ArrayTree* const strings = array(value, static_cast<int64_t>(ends.size()) - 1, ends);
  strings->bytes.emplace_back(reinterpret_cast<const std::byte*>(texts.data()),
                              reinterpret_cast<const std::byte*>(texts.data() + texts.size()));
  strings->buffers.push_back(strings->bytes.back().data());
  array(value, bool_count, bools);
  array(value, static_cast<int64_t>(numbers.size()), numbers);
  const std::vector<int32_t> none{0};
  array(value, 0, none);
  ArrayTree* const list = array(value, 0, none);
  array(list, 0, none)->buffers.push_back(none.data() ? list->bytes.back().data() : nullptr);
  ArrayTree* const map = array(value, 0, none);
  ArrayTree* const entries = map->add();
  entries->buffers.push_back(nullptr);
  array(entries, 0, none);
  array(array(entries, 0, none), 0, none);
  ArrayTree::give_out(std::move(rows), out);
}

struct InfoStream {
  std::vector<Info> infos;
  bool is_at_end = false;
};

}  // namespace

void give_out_info(const uint32_t* codes, size_t count, ArrowArrayStream* out) {
  auto held = std::make_unique<InfoStream>();
  for (Info& info : all_info())
    if (!codes || std::find(codes, codes + count, info.code) != codes + count)
      held->infos.push_back(std::move(info));
  *out = ArrowArrayStream{};
  out->private_data = held.release();
  out->get_schema = [](ArrowArrayStream*, ArrowSchema* schema) {
    give_out_schema(schema);
    return 0;
  };
  out->get_next = [](ArrowArrayStream* self, ArrowArray* array) {
    auto& stream = *static_cast<InfoStream*>(self->private_data);
    *array = ArrowArray{};
    if (!std::exchange(stream.is_at_end, true)) give_out_rows(stream.infos, array);
    return 0;
  };
  out->get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; };
  out->release = [](ArrowArrayStream* self) {
    delete static_cast<InfoStream*>(self->private_data);
    self->release = nullptr;
  };
}

}  // namespace doline_adbc
