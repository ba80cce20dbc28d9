#include "format/arrow/arrow_import.h"

#include <algorithm>
#include <set>

#include "base/ascii.h"
#include "base/error.h"
#include "format/arrow/arrow_check.h"
#include "format/arrow/arrow_reader.h"
#include "format/arrow/arrow_size.h"

namespace doline {

namespace {

/// Keeps a foreign batch; releases it with the last chunk that shares its memory.
class ImportedBatch final : public Pin {
 public:
  ImportedBatch(ArrowArray* batch, Budget& budget) : batch_(*batch), budget_(&budget) {
    batch->release = nullptr;
  }
  ~ImportedBatch() override {
    if (batch_.release) batch_.release(&batch_);
    if (charged_) budget_->shrink(held_bytes_);
  }
  const ArrowArray& array() const { return batch_; }
  /// Whether it fits.
  bool charge(size_t bytes, ArrowImporter::Charge how) {
    held_bytes_ = bytes;
    if (how == ArrowImporter::Charge::kIfItFits) return charged_ = budget_->try_grow(bytes);
    budget_->grow(bytes);
    return charged_ = true;
  }
  size_t held_bytes() const noexcept override { return held_bytes_; }

 private:
  ArrowArray batch_;
  const BudgetRef budget_;
  size_t held_bytes_ = 0;
  bool charged_ = false;
};

void check_rows_are_there(const ArrowArray& table) {
  if (!arrow_may_be_null(table)) return;
  for (int64_t row = 0; row < table.length; ++row) {
    if (arrow_is_null(table, row))
      throw Error(ErrorCode::kFormat, "Arrow data: a row of a table cannot be NULL");
  }
}

}  // namespace

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

ArrowImporter::Batch ArrowImporter::import(ArrowArray* batch, Budget& budget, Charge charge) const {
  const auto owner = make_ref<ImportedBatch>(batch, budget);
  const ArrowArray& array = owner->array();
  const ArrowField& root = fields_->root;
  check_arrow_array(root, array);
  check_rows_are_there(array);
  Batch imported;
  imported.fits = owner->charge(arrow_array_bytes(root, array), charge);
  ArrowDictionaries dictionaries;
  for (int64_t begin = 0; begin < array.length; begin += kChunkRows) {
    const auto count = static_cast<uint32_t>(std::min<int64_t>(kChunkRows, array.length - begin));
    std::vector<Column> columns;
    for (size_t i = 0; i < root.children.size(); ++i) {
      columns.push_back(read_arrow_rows(root.children[i], *array.children[i], array.offset + begin,
                                        count, owner, dictionaries, Selection::all(count)));
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
  check_rows_are_there(array);
  auto lent = std::make_shared<Lent>(fields_->root.children.size());
  lent->fits = owner->charge(arrow_array_bytes(fields_->root, array), Charge::kIfItFits);
  lent->array = &array;
  lent->owner = PinRef(owner);
  return lent;
}

Column ArrowImporter::read(const Lent& lent, uint32_t column, int64_t begin, uint32_t count,
                           const Selection& wanted) const {
  const ArrowField& field = fields_->root.children[column];
  const ArrowArray& array = *lent.array->children[column];
  std::call_once(lent.checked[column], [&] { check_arrow_array(field, array); });
  ArrowDictionaries none;
  return read_arrow_rows(field, array, lent.array->offset + begin, count, lent.owner, none, wanted);
}

std::vector<Column> columns_of_arrow(const ArrowSchema& schema, ArrowArray* given,
                                     std::span<const uint32_t> counts, Budget& budget) {
  const auto owner = make_ref<ImportedBatch>(given, budget);
  const ArrowField field = read_arrow_field(schema, schema.name ? schema.name : "");
  const ArrowArray& array = owner->array();
  check_arrow_array(field, array);
  owner->charge(arrow_array_bytes(field, array), ArrowImporter::Charge::kAlways);
  ArrowDictionaries dictionaries;
  std::vector<Column> columns;
  int64_t begin = 0;
  for (const uint32_t count : counts) {
    columns.push_back(
        read_arrow_rows(field, array, begin, count, owner, dictionaries, Selection::all(count)));
    begin += count;
  }
  return columns;
}

Value value_of_arrow(const ArrowSchema& schema, ArrowArray* given) {
  const auto owner = make_ref<ImportedBatch>(given, current_budget());
  const ArrowField field = read_arrow_field(schema, schema.name ? schema.name : "");
  const ArrowArray& array = owner->array();
  check_arrow_array(field, array);
  if (array.length != 1)
    throw Error(ErrorCode::kInvalidArgument, "a parameter is an array of one row, not {}",
                array.length);
  ArrowDictionaries dictionaries;
  return Value::of(read_arrow_rows(field, array, 0, 1, owner, dictionaries, Selection::all(1)), 0);
}

}  // namespace doline
