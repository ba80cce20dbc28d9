#include "arrow_nodes.h"

#include <cstring>
#include <memory>

namespace doline_adbc {

namespace {

/// The children of a node. One that was moved out is left behind released, and stays so.
template <class Node>
class Children {
 public:
  explicit Children(std::vector<doline::detail::ArrowOwner<Node>> owned)
      : owned_(std::move(owned)) {
    for (auto& child : owned_) pointers_.push_back(child.get());
  }
  void write_into(Node& node) {
    node.n_children = static_cast<int64_t>(pointers_.size());
    node.children = pointers_.data();
  }

 private:
  std::vector<doline::detail::ArrowOwner<Node>> owned_;
  std::vector<Node*> pointers_;
};

struct SchemaParts {
  Field field;
  Children<ArrowSchema> children;
  doline::Schema dictionary;
};

struct ArrayParts {
  std::vector<std::optional<Bytes>> buffers;
  std::vector<const void*> pointers;
  Children<ArrowArray> children;
};

/// Gives what the node points at to the node.
template <class Parts, class Node>
void hand_over(std::unique_ptr<Parts> parts, Node& node) {
  node.private_data = parts.release();
  node.release = [](Node* done) {
    delete static_cast<Parts*>(done->private_data);
    done->release = nullptr;
  };
}

/// A count, and so many keys and values, each a length and its bytes.
std::string metadata_of(const char* begin) {
  if (!begin) return {};
  size_t size = 0;
  const auto read = [&] {
    int32_t number;
    std::memcpy(&number, begin + size, sizeof number);
    size += sizeof number;
    return number;
  };
  for (int64_t texts = 2 * int64_t{read()}; texts > 0; --texts) size += static_cast<size_t>(read());
  return {begin, size};
}

doline::Schema make_schema(Field field, std::vector<doline::Schema> children,
                           doline::Schema dictionary) {
  auto parts = std::make_unique<SchemaParts>(
      SchemaParts{std::move(field), Children(std::move(children)), std::move(dictionary)});
  doline::Schema made;
  ArrowSchema& node = *made.get();
  node.name = parts->field.name.c_str();
  node.format = parts->field.format.c_str();
  node.flags = parts->field.flags;
  if (!parts->field.metadata.empty()) node.metadata = parts->field.metadata.data();
  parts->children.write_into(node);
  if (parts->dictionary->release) node.dictionary = parts->dictionary.get();
  hand_over(std::move(parts), node);
  return made;
}

}  // namespace

doline::Schema make_schema(Field field, std::vector<doline::Schema> children) {
  return make_schema(std::move(field), std::move(children), {});
}

doline::Schema copy_of(const ArrowSchema& schema, std::string name) {
  std::vector<doline::Schema> children;
  for (int64_t i = 0; i < schema.n_children; ++i) children.push_back(copy_of(*schema.children[i]));
  doline::Schema dictionary;
  if (schema.dictionary) dictionary = copy_of(*schema.dictionary);
  return make_schema({std::move(name), schema.format ? schema.format : "", schema.flags,
                      metadata_of(schema.metadata)},
                     std::move(children), std::move(dictionary));
}

doline::Schema copy_of(const ArrowSchema& schema) {
  return copy_of(schema, schema.name ? schema.name : "");
}

std::string shape_of(const ArrowSchema& schema) {
  std::string shape = std::string(schema.format) + '\0' + (schema.name ? schema.name : "") + '(';
  for (int64_t i = 0; i < schema.n_children; ++i) shape += shape_of(*schema.children[i]);
  if (schema.dictionary) shape += shape_of(*schema.dictionary);
  return shape + ')';
}

Array make_array(int64_t length, std::vector<std::optional<Bytes>> buffers,
                 std::vector<Array> children) {
  auto parts = std::make_unique<ArrayParts>(
      ArrayParts{std::move(buffers), {}, Children(std::move(children))});
  for (const std::optional<Bytes>& buffer : parts->buffers)
    parts->pointers.push_back(buffer ? buffer->data() : nullptr);
  Array made;
  ArrowArray& node = *made.get();
  node.length = length;
  node.n_buffers = static_cast<int64_t>(parts->pointers.size());
  node.buffers = parts->pointers.data();
  parts->children.write_into(node);
  hand_over(std::move(parts), node);
  return made;
}

Array owned(ArrowArray array) {
  Array made;
  *made.get() = array;
  return made;
}

}  // namespace doline_adbc
