#include "format/arrow/arrow_import.h"

#include <algorithm>
#include <set>

#include "base/ascii.h"
#include "base/error.h"
#include "format/arrow/arrow_check.h"
#include "format/arrow/arrow_reader.h"
#include "format/arrow/arrow_size.h"

namespace doline {

struct ArrowImporter::Fields {
  ArrowField root;
};

ArrowImporter::ArrowImporter(const ArrowSchema& schema)
    : fields_(new Fields{read_arrow_field(schema, "")}) {
  const ArrowField& root = fields_->root;
  if (root.layout != ArrowLayout::kStruct) {
    throw Error(ErrorCode::kFormat, "an Arrow table is a struct of columns, not \"{}\"",
                schema.format);
  }
  if (root.children.empty())
    throw Error(ErrorCode::kNotSupported, "an Arrow table without columns is no table here");
  std::set<std::string> taken;
  for (size_t i = 0; i < root.children.size(); ++i) {
    std::string name = root.type->fields()[i].name;
    for (int copy = 1; !taken.insert(ascii_lower(name)).second; ++copy)
      name = root.type->fields()[i].name + "_" + std::to_string(copy);
    schema_.push_back({name, root.children[i].type});
  }
}

ArrowImporter::~ArrowImporter() = default;

ArrowImporter::Batch ArrowImporter::import(ArrowArray* batch, Budget& budget) const {
  const auto owner = make_ref<ImportedBatch>(batch, budget);
  const ArrowArray& array = owner->array();
  const ArrowField& root = fields_->root;
  check_arrow_array(root, array);
  for (int64_t row = 0; row < array.length; ++row) {
    if (arrow_is_null(array, row))
      throw Error(ErrorCode::kFormat, "Arrow data: a row of a table cannot be NULL");
  }
  Batch imported;
  imported.fits = owner->charge(arrow_array_bytes(root, array));
  ArrayReader reader{PinRef(owner)};
  for (int64_t begin = 0; begin < array.length; begin += kChunkRows) {
    const auto count = static_cast<uint32_t>(std::min<int64_t>(kChunkRows, array.length - begin));
    std::vector<Column> columns;
    for (size_t i = 0; i < root.children.size(); ++i) {
      columns.push_back(
          reader.read(root.children[i], *array.children[i], array.offset + begin, count));
    }
    imported.chunks.emplace_back(std::move(columns), count);
  }
  return imported;
}

namespace {

/// Dictionaries are read once a batch, and runs from their begin: not in parts.
bool is_read_in_parts(const ArrowField& field) {
  return field.layout != ArrowLayout::kDictionary && field.layout != ArrowLayout::kRunEnds &&
         std::all_of(field.children.begin(), field.children.end(), is_read_in_parts);
}

}  // namespace

bool ArrowImporter::can_lend() const {
  return std::all_of(fields_->root.children.begin(), fields_->root.children.end(),
                     is_read_in_parts);
}

ArrowImporter::Lent::Lent(size_t columns) : checked(new std::once_flag[columns]) {}

std::shared_ptr<const ArrowImporter::Lent> ArrowImporter::lend(ArrowArray* batch,
                                                               Budget& budget) const {
  const auto owner = make_ref<ImportedBatch>(batch, budget);
  const ArrowArray& array = owner->array();
  check_arrow_shape(fields_->root, array);
  for (int64_t row = 0; row < array.length; ++row) {
    if (arrow_is_null(array, row))
      throw Error(ErrorCode::kFormat, "Arrow data: a row of a table cannot be NULL");
  }
  auto lent = std::make_shared<Lent>(fields_->root.children.size());
  lent->fits = owner->charge(arrow_array_bytes(fields_->root, array));
  lent->array = &array;
  lent->owner = PinRef(owner);
  return lent;
}

Column ArrowImporter::read(const Lent& lent, uint32_t column, int64_t begin, uint32_t count) const {
  const ArrowField& field = fields_->root.children[column];
  const ArrowArray& array = *lent.array->children[column];
  std::call_once(lent.checked[column], [&] { check_arrow_array(field, array); });
  return ArrayReader(lent.owner).read(field, array, lent.array->offset + begin, count);
}

Value value_of_arrow(const ArrowSchema& schema, ArrowArray* given) {
  const auto owner = make_ref<ImportedBatch>(given, current_budget());
  const ArrowField field = read_arrow_field(schema, schema.name ? schema.name : "");
  const ArrowArray& array = owner->array();
  check_arrow_array(field, array);
  if (array.length != 1)
    throw Error(ErrorCode::kInvalidArgument, "a parameter is an array of one row, not {}",
                array.length);
  return Value::of(ArrayReader{PinRef(owner)}.read(field, array, 0, 1), 0);
}

}  // namespace doline
