#include "format/ipc/schema.h"

#include <ipc_wire_generated.h>

#include <algorithm>

#include "base/assert.h"
#include "column/unique_names.h"
#include "format/ipc/schema_fields.h"

namespace doline::ipc {

namespace {

/// How many nodes, ranges (those of views aside), views and runs a field has in a batch.
struct PartCount {
  size_t nodes = 0, ranges = 0, views = 0, runs = 0;

  void add(const ArrowField& field) {
    ++nodes;
    const int64_t buffers = field.buffer_count();
    ranges += buffers < 0 ? 2 : static_cast<size_t>(buffers);
    if (field.layout == ArrowLayout::kTextViews) ++views;
    if (field.layout == ArrowLayout::kRunEnds) ++runs;
    for (size_t i = 0; i < field.child_count(); ++i) add(field.children[i]);
  }
};

}  // namespace

IpcSchema::IpcSchema(const wire::Schema& wire, const Place& place) {
  if (wire.endianness() != wire::Endianness::Little) {
    throw Error(ErrorCode::kNotSupported,
                "{}: big-endian data, written by a machine whose numbers begin with the highest "
                "byte, is not read",
                place.text())
        .hint("pyarrow reads it and writes it again in little-endian order");
  }
  const ForeignFields foreign(wire, place);
  std::vector<std::string> names;
  for (const ArrowSchema* column : foreign.columns()) {
    try {
      fields_.push_back(read_arrow_field(*column, column->name, 1));
    } catch (Error& error) {
      error.add_note("in " + place.text());
      if (error.code() != ErrorCode::kNotSupported) throw;
      throw std::move(error).hint("have the column written in another type");
    }
    names.emplace_back(column->name);
  }
  names = unique_names(std::move(names));
  size_t next = 0;
  for (ArrowField& field : fields_) number(field, foreign.dictionary_ids(), next);
  PartCount count;
  for (size_t i = 0; i < fields_.size(); ++i) {
    columns_.push_back({names[i], fields_[i].type});
    batch_columns_.push_back({&fields_[i], count.nodes, count.ranges, count.views, count.runs});
    count.add(fields_[i]);
  }
}

void IpcSchema::number(ArrowField& field, const std::vector<int64_t>& ids, size_t& next) {
  if (field.layout == ArrowLayout::kDictionary) {
    field.dictionary = next;
    ASSERT(next < ids.size());
    encoded_.push_back({&field, ids[next++], nullptr});
  }
  const size_t place = field.dictionary;
  for (ArrowField& child : field.children) number(child, ids, next);
  if (field.layout == ArrowLayout::kDictionary) encoded_[place].values = hollow(field.children[0]);
}

ArrowArray* IpcSchema::hollow(const ArrowField& field) {
  Hollow& made = hollows_.emplace_back();
  const int64_t buffers = field.buffer_count();
  made.buffers.resize(static_cast<size_t>(buffers < 0 ? 3 : buffers));
  for (size_t i = 0; i < field.child_count(); ++i)
    made.children.push_back(hollow(field.children[i]));
  if (field.layout == ArrowLayout::kDictionary)
    made.array.dictionary = encoded_[field.dictionary].values;
  made.array.n_buffers = static_cast<int64_t>(made.buffers.size());
  made.array.buffers = made.buffers.data();
  made.array.n_children = static_cast<int64_t>(made.children.size());
  made.array.children = made.children.data();
  return &made.array;
}

std::vector<int64_t> IpcSchema::ids_of(const std::vector<uint32_t>& columns) const {
  std::vector<int64_t> ids;
  const auto visit = [&](const ArrowField& field, const auto& self) -> void {
    if (field.layout == ArrowLayout::kDictionary) ids.push_back(encoded_[field.dictionary].id);
    for (const ArrowField& child : field.children) self(child, self);
  };
  for (const uint32_t column : columns) visit(fields_[column], visit);
  return ids;
}

}  // namespace doline::ipc
