#include "table.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "arrow_stream.h"
#include "buffer_column.h"
#include "engine_error.h"
#include "row_reader.h"
#include "schema_metadata.h"
#include "value_builder.h"
#include "without_gil.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

bool bit(const void* bitmap, int64_t index) {
  return (static_cast<const uint8_t*>(bitmap)[index / 8] >> (index % 8) & 1) != 0;
}

/// Batches that are handed out again, as a stream.
struct TableStream {
  ArrowColumnRef empty;
  std::vector<ArrowColumnRef> batches;
  size_t next = 0;

  static TableStream& of(ArrowArrayStream* stream) {
    return *static_cast<TableStream*>(stream->private_data);
  }
  static int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
    move_out(*export_schema(of(stream).empty), out);
    return 0;
  }
  static int get_next(ArrowArrayStream* stream, ArrowArray* out) {
    TableStream& self = of(stream);
    *out = ArrowArray{};
    if (self.next == self.batches.size()) return 0;
    move_out(*export_array(self.batches[self.next++]), out);
    return 0;
  }
  static const char* get_last_error(ArrowArrayStream*) { return nullptr; }
  static void release(ArrowArrayStream* stream) {
    delete &of(stream);
    stream->release = nullptr;
  }
};

[[noreturn]] void stream_failed(ArrowArrayStream* stream, int status) {
  if (PyErr_Occurred()) throw nb::python_error();
  const char* said = stream->get_last_error(stream);
  raise_error("io", "the Arrow stream failed: " +
                        std::string(said && *said ? said : std::strerror(status)));
}

/// A NumPy array that owns its memory.
template <class T>
nb::object numpy_array(std::vector<T> values) {
  auto* kept = new std::vector<T>(std::move(values));
  const nb::capsule owner(kept,
                          [](void* held) noexcept { delete static_cast<std::vector<T>*>(held); });
  return nb::cast(nb::ndarray<nb::numpy, T, nb::ndim<1>>(kept->data(), {kept->size()}, owner));
}

template <class T>
nb::object values_of(const std::vector<ArrowColumnRef>& batches, size_t column, int64_t rows) {
  std::vector<T> values;
  values.reserve(static_cast<size_t>(rows));
  for (const ArrowColumnRef& batch : batches) {
    const ArrowColumn& part = *batch->children[column].second;
    const auto* begin = static_cast<const T*>(part.buffers[1].data) + part.offset + batch->offset;
    values.insert(values.end(), begin, begin + batch->length);
  }
  return numpy_array(std::move(values));
}

void require_names(const nb::list& names, size_t columns) {
  if (names.size() == columns) return;
  raise_error("invalid_argument",
              std::to_string(names.size()) + " names for " + std::to_string(columns) + " columns");
}

size_t width_of(const std::string& format) {
  if (format == "c" || format == "C") return 1;
  if (format == "s" || format == "S") return 2;
  if (format == "i" || format == "I" || format == "f" || format == "tdD") return 4;
  if (format == "l" || format == "L" || format == "g" || format.starts_with("ts") ||
      format.starts_with("tD") || format == "ttu")
    return 8;
  return 0;
}

}  // namespace

nb::tuple Column::array() const {
  return nb::make_tuple(capsule_of(export_schema(column)), capsule_of(export_array(column)));
}

namespace {

/// The GIL is let go of meanwhile.
std::pair<OwnedSchema, std::vector<OwnedArray>> read_to_end(ArrowArrayStream& stream) {
  OwnedSchema schema = make_schema();
  std::vector<OwnedArray> arrays;
  int status = 0;
  {
    const WithoutGil released;
    status = stream.get_schema(&stream, schema.get());
    while (status == 0) {
      OwnedArray array = make_array();
      status = stream.get_next(&stream, array.get());
      if (status != 0 || !array->release) break;
      arrays.push_back(std::move(array));
    }
  }
  if (status != 0) stream_failed(&stream, status);
  return {std::move(schema), std::move(arrays)};
}

}  // namespace

Table Table::collect(nb::handle object) {
  const OwnedStream stream = stream_of(object);
  auto [schema, arrays] = read_to_end(*stream);
  std::vector<ArrowColumnRef> batches;
  for (OwnedArray& array : arrays) batches.push_back(column_of_array(*schema, std::move(array)));
  return Table(column_without_rows(*schema), std::move(batches));
}

namespace {

/// Rows [begin, begin + count) of a column.
ArrowColumnRef part_of(const ArrowColumnRef& column, int64_t begin, int64_t count) {
  if (begin == 0 && count == column->length) return column;
  auto part = std::make_shared<ArrowColumn>(*column);
  part->offset += begin;
  part->length = count;
  if (part->null_count > 0) part->null_count = -1;
  return part;
}

/// A column that comes in pieces, one of which is at hand.
struct Pieces {
  std::vector<ArrowColumnRef> all;
  size_t at = 0;
  int64_t taken = 0;  // of the rows of that piece

  explicit Pieces(nb::handle given) {
    if (!nb::isinstance<nb::list>(given)) {
      all.push_back(nb::cast<const Column&>(given).column);
      return;
    }
    for (const nb::handle piece : nb::borrow<nb::list>(given))
      all.push_back(nb::cast<const Column&>(piece).column);
    if (all.empty()) raise_error("internal", "a column without pieces has no type");
  }
  int64_t rows() const {
    int64_t rows = 0;
    for (const ArrowColumnRef& piece : all) rows += piece->length;
    return rows;
  }
  /// How many rows are left of the piece at hand, which is not at its end unless it is the last.
  int64_t left() {
    while (at + 1 < all.size() && taken == all[at]->length) {
      ++at;
      taken = 0;
    }
    return all[at]->length - taken;
  }
  ArrowColumnRef take(int64_t count) {
    taken += count;
    return part_of(all[at], taken - count, count);
  }
};

}  // namespace

Table Table::of_columns(nb::list names, nb::list columns) {
  require_names(names, columns.size());
  std::vector<Pieces> pieces;
  for (const nb::handle column : columns) pieces.emplace_back(column);
  for (const Pieces& column : pieces) {
    if (column.rows() == pieces[0].rows()) continue;
    raise_error("invalid_argument",
                "columns of different lengths: " + std::to_string(pieces[0].rows()) + " and " +
                    std::to_string(column.rows()));
  }
  const auto batch = [&](const auto& part) {
    auto rows = std::make_shared<ArrowColumn>();
    rows->format = "+s";
    rows->flags = 0;
    rows->buffers.emplace_back();
    for (size_t index = 0; index < pieces.size(); ++index)
      rows->children.emplace_back(nb::cast<std::string>(names[index]), part(pieces[index]));
    return rows;
  };
  std::vector<ArrowColumnRef> batches;
  const ArrowColumnRef empty = batch([](const Pieces& column) { return column.all[0]; });
  for (int64_t left = pieces.empty() ? 0 : pieces[0].rows(); left > 0;) {
    int64_t count = left;
    for (Pieces& column : pieces) count = std::min(count, column.left());
    const auto rows = batch([&](Pieces& column) { return column.take(count); });
    rows->length = count;
    batches.push_back(rows);
    left -= count;
  }
  return Table(column_without_rows(*export_schema(empty)), std::move(batches));
}

Table Table::of_schema(nb::handle object) {
  const OwnedSchema schema = schema_of(object);
  if (std::strcmp(schema->format, "+s") == 0) return Table(column_without_rows(*schema), {});
  ArrowColumn rows;
  rows.format = "+s";
  rows.flags = 0;
  rows.children.emplace_back(schema->name ? schema->name : "", column_without_rows(*schema));
  return Table(std::make_shared<const ArrowColumn>(std::move(rows)), {});
}

nb::list pieces_of(nb::handle object) {
  const OwnedStream stream = plain_stream_of(object);
  auto [schema, arrays] = read_to_end(*stream);
  nb::list pieces;
  for (OwnedArray& array : arrays) {
    if (array->length > 0)
      pieces.append(nb::cast(Column{column_of_array(*schema, std::move(array))}));
  }
  if (pieces.size() == 0) pieces.append(nb::cast(Column{column_without_rows(*schema)}));
  return pieces;
}

Column Table::elements() const {
  const ArrowColumnRef& batch = batches_.at(0);
  const ArrowColumn& lists = *batch->children.at(0).second;
  if (lists.format != "+l" || batch->length != 1)
    raise_error("internal", "a column of " + lists.format + " is no list");
  const auto* offsets =
      static_cast<const int32_t*>(lists.buffers[1].data) + lists.offset + batch->offset;
  return Column{part_of(lists.children[0].second, offsets[0], offsets[1] - offsets[0])};
}

Table Table::of_batch(const ArrowSchema& schema, OwnedArray array) {
  return Table(column_without_rows(schema), {column_of_array(schema, std::move(array))});
}

Table Table::renamed(nb::list names) const {
  require_names(names, column_count());
  const auto rename = [&](const ArrowColumnRef& batch) {
    auto renamed = std::make_shared<ArrowColumn>(*batch);
    for (size_t column = 0; column < renamed->children.size(); ++column)
      renamed->children[column].first = nb::cast<std::string>(names[column]);
    return renamed;
  };
  std::vector<ArrowColumnRef> batches;
  for (const ArrowColumnRef& batch : batches_) batches.push_back(rename(batch));
  return Table(rename(empty_), std::move(batches));
}

int64_t Table::row_count() const {
  int64_t rows = 0;
  for (const ArrowColumnRef& batch : batches_) rows += batch->length;
  return rows;
}

nb::object Table::stream(nb::handle) const {
  OwnedStream stream = make_stream();
  stream->private_data = new TableStream{empty_, batches_};
  stream->get_schema = TableStream::get_schema;
  stream->get_next = TableStream::get_next;
  stream->get_last_error = TableStream::get_last_error;
  stream->release = TableStream::release;
  return capsule_of(std::move(stream));
}

nb::list Table::to_list(size_t column) const {
  const OwnedSchema schema = export_schema(empty_->children.at(column).second);
  const auto reader = make_value_reader(*schema);
  nb::list values;
  for (const ArrowColumnRef& batch : batches_) {
    const OwnedArray array = export_array(batch->children[column].second);
    reader->take(*array);
    for (int64_t row = 0; row < batch->length; ++row)
      values.append(reader->at(batch->offset + row));
  }
  return values;
}

nb::list Table::dictionary(size_t column) const {
  nb::list values;
  nb::set seen;
  for (const ArrowColumnRef& batch : batches_) {
    const ArrowColumnRef& part = batch->children.at(column).second;
    if (!part->dictionary) break;
    const OwnedSchema schema = export_schema(part->dictionary);
    const OwnedArray array = export_array(part->dictionary);
    const auto reader = make_value_reader(*schema);
    reader->take(*array);
    for (int64_t row = 0; row < array->length; ++row) {
      const nb::object value = reader->at(row);
      if (seen.contains(value)) continue;
      seen.add(value);
      values.append(value);
    }
  }
  return values;
}

nb::object Table::raw_values(size_t column) const {
  const std::string& format = empty_->children.at(column).second->format;
  const int64_t rows = row_count();
  if (format == "b") {
    std::vector<uint8_t> values;
    values.reserve(static_cast<size_t>(rows));
    for (const ArrowColumnRef& batch : batches_) {
      const ArrowColumn& part = *batch->children[column].second;
      for (int64_t row = 0; row < batch->length; ++row)
        values.push_back(bit(part.buffers[1].data, part.offset + batch->offset + row) ? 1 : 0);
    }
    return numpy_array(std::move(values));
  }
  switch (width_of(format)) {
    case 1:
      return values_of<uint8_t>(batches_, column, rows);
    case 2:
      return values_of<uint16_t>(batches_, column, rows);
    case 4:
      return values_of<uint32_t>(batches_, column, rows);
    case 8:
      return values_of<uint64_t>(batches_, column, rows);
    default:
      break;
  }
  raise_error("not_supported",
              "a column of Arrow type \"" + format + "\" has no values of one width");
}

Table Table::picked(nb::list columns) const {
  const auto pick = [&](const ArrowColumnRef& batch) {
    auto picked = std::make_shared<ArrowColumn>(*batch);
    picked->children.clear();
    for (const nb::handle column : columns)
      picked->children.push_back(batch->children.at(nb::cast<size_t>(column)));
    return picked;
  };
  std::vector<ArrowColumnRef> batches;
  for (const ArrowColumnRef& batch : batches_) batches.push_back(pick(batch));
  return Table(pick(empty_), std::move(batches));
}

namespace {

/// Rows [begin, begin + count) of structs. They begin at their columns' own offsets: a record batch
/// has none.
ArrowColumnRef slice_of(const ArrowColumn& rows, int64_t begin, int64_t count) {
  auto slice = std::make_shared<ArrowColumn>(rows);
  for (auto& [name, column] : slice->children) {
    auto part = std::make_shared<ArrowColumn>(*column);
    part->offset += rows.offset + begin;
    part->length = count;
    if (part->null_count > 0) part->null_count = -1;
    column = std::move(part);
  }
  slice->offset = 0;
  slice->length = count;
  slice->null_count = 0;  // structs that are rows
  slice->buffers = {{}};
  return slice;
}

}  // namespace

Table Table::sliced(int64_t begin, int64_t count) const {
  const ArrowColumn& rows = *batches_.at(0);
  if (begin < 0 || count < 0 || begin + count > rows.length)
    raise_error("invalid_argument", "rows that the table does not have");
  return Table(empty_, {slice_of(rows, begin, count)});
}

Column Table::lists(nb::list counts) const {
  if (batches_.size() > 1) raise_error("internal", "lists of several batches");
  ArrowColumnRef rows;
  if (batches_.empty()) {
    auto none = std::make_shared<ArrowColumn>();
    none->format = "n";
    rows = std::move(none);
  } else {
    rows = batches_[0];
  }
  std::vector<int32_t> offsets = {0};
  for (const nb::handle count : counts) {
    const int64_t end = offsets.back() + nb::cast<int64_t>(count);
    if (end > rows->length) raise_error("internal", "more rows than there are");
    offsets.push_back(static_cast<int32_t>(end));
  }
  auto made = std::make_shared<ArrowColumn>();
  made->format = "+l";
  made->length = static_cast<int64_t>(offsets.size()) - 1;
  made->buffers = {{}, ArrowBuffer::of(std::move(offsets))};
  made->children.emplace_back("item", rows);
  return Column{made};
}

nb::list Table::batches() const {
  nb::list all;
  for (const ArrowColumnRef& batch : batches_) all.append(nb::cast(Column{batch}));
  return all;
}

nb::tuple Table::unnested() const {
  const ArrowColumnRef& batch = batches_.at(0);
  const ArrowColumn& lists = *batch->children.at(0).second;
  if (lists.format != "+l") raise_error("internal", "a column of " + lists.format + " is no list");
  const int64_t first = lists.offset + batch->offset;
  const auto* offsets = static_cast<const int32_t*>(lists.buffers[1].data) + first;
  nb::list lengths;
  for (int64_t row = 0; row < batch->length; ++row) lengths.append(offsets[row + 1] - offsets[row]);
  const int64_t begin = batch->length > 0 ? offsets[0] : 0;
  const int64_t count = batch->length > 0 ? offsets[batch->length] - begin : 0;
  const ArrowColumn& child = *lists.children[0].second;
  ArrowColumnRef elements;
  if (child.format == "+s") {
    elements = slice_of(child, begin, count);
  } else {
    ArrowColumn rows;
    rows.format = "+s";
    rows.flags = 0;
    rows.children.emplace_back("v1", lists.children[0].second);
    elements = slice_of(rows, begin, count);
  }
  return nb::make_tuple(lengths, Table(column_without_rows(*export_schema(elements)), {elements}));
}

nb::object Table::null_mask(size_t column) const {
  static_cast<void>(empty_->children.at(column));  // refuses a column that is none
  const bool may_have_nulls =
      std::any_of(batches_.begin(), batches_.end(), [&](const ArrowColumnRef& batch) {
        const ArrowColumn& part = *batch->children.at(column).second;
        return part.format == "n" || (part.null_count != 0 && part.buffers[0].data != nullptr);
      });
  if (!may_have_nulls) return nb::none();
  std::vector<uint8_t> mask;
  bool has_nulls = false;
  mask.reserve(static_cast<size_t>(row_count()));
  for (const ArrowColumnRef& batch : batches_) {
    const ArrowColumn& part = *batch->children.at(column).second;
    const bool all = part.format == "n";
    const void* validity = all || part.null_count == 0 ? nullptr : part.buffers[0].data;
    for (int64_t row = 0; row < batch->length; ++row) {
      const bool is_null = all || (validity && !bit(validity, part.offset + batch->offset + row));
      has_nulls |= is_null;
      mask.push_back(is_null ? 1 : 0);
    }
  }
  if (!has_nulls) return nb::none();
  return numpy_array(std::move(mask));
}

void add_table(nb::module_& module) {
  nb::class_<Column>(module, "Column", "A column made of Python's values or memory.")
      .def("__arrow_c_schema__", &Column::schema)
      .def(
          "__arrow_c_array__", [](const Column& self, nb::handle) { return self.array(); },
          nb::arg("requested_schema") = nb::none())
      .def("__len__", [](const Column& self) { return self.column->length; })
      .def_prop_ro(
          "format", [](const Column& self) { return self.column->format; },
          "Its type as the Arrow C data interface writes it.");
  nb::class_<Table>(module, "Table", "Rows held in memory, which can be read again and again.")
      .def_static("collect", &Table::collect, nb::arg("object"),
                  "Reads anything with __arrow_c_stream__ to its end.")
      .def_static("of_columns", &Table::of_columns, nb::arg("names"), nb::arg("columns"),
                  "A table of Columns of the same length, or lists of Columns: their pieces.")
      .def_static("of_schema", &Table::of_schema, nb::arg("object"),
                  "No rows of the columns of anything with __arrow_c_schema__, or of its stream.")
      .def("renamed", &Table::renamed, nb::arg("names"), "The same rows under other names.")
      .def("__len__", &Table::row_count)
      .def_prop_ro("column_count", &Table::column_count)
      .def("__arrow_c_schema__", &Table::schema)
      .def("__arrow_c_stream__", &Table::stream, nb::arg("requested_schema") = nb::none())
      .def("to_list", &Table::to_list, nb::arg("column"), "A column's values as Python objects.")
      .def(
          "raw_values", &Table::raw_values, nb::arg("column"),
          "A column's values as a NumPy array of unsigned integers, to be viewed as what they are.")
      .def("dictionary", &Table::dictionary, nb::arg("column"),
           "The values that a dictionary-encoded column's codes stand for.")
      .def("picked", &Table::picked, nb::arg("columns"), "Some of the columns, by their places.")
      .def("sliced", &Table::sliced, nb::arg("begin"), nb::arg("count"),
           "Some of the rows of a table of one batch.")
      .def("lists", &Table::lists, nb::arg("counts"),
           "The rows of a table of one batch as lists of structs, of such lengths.")
      .def("elements", &Table::elements, "What the list in the only row of one column holds.")
      .def("batches", &Table::batches, "The batches, each a Column of structs.")
      .def("unnested", &Table::unnested,
           "The lengths of the first column's lists, and the structs in them as a Table.")
      .def("null_mask", &Table::null_mask, nb::arg("column"),
           "A byte a row, 1 where the value is NULL; None when there is none.");
  module.def(
      "column_of_values",
      [](nb::handle values, bool nan_is_null, bool exact_spans) {
        return Column{column_of_values(values, nan_is_null, exact_spans)};
      },
      nb::arg("values"), nb::arg("nan_is_null") = false, nb::arg("exact_spans") = false,
      "Python values as a column of the narrowest type that holds them. `exact_spans`: a "
      "timedelta\n"
      "is a DURATION, not an INTERVAL.");
  module.def(
      "column_schema",
      [](nb::handle rows) {
        const OwnedSchema schema = schema_of(rows);
        if (schema->n_children != 1) raise_error("internal", "rows of one column were expected");
        OwnedSchema column = make_schema();
        move_out(*schema->children[0], column.get());
        column->name = "";
        return capsule_of(std::move(column));
      },
      nb::arg("rows"), "The schema of the only column of rows, without its name.");
  module.def("pieces_of", pieces_of, nb::arg("object"),
             "A column of anything with __arrow_c_stream__ or __arrow_c_array__: its pieces.");
  module.def(
      "column_stream",
      [](nb::handle rows) { return capsule_of(stream_of_column(plain_stream_of(rows))); },
      nb::arg("rows"), "The only column of a stream of rows as a stream of its type.");
  module.def(
      "column_of_arrow",
      [](nb::handle object) {
        auto [schema, array] = array_of(object);
        return Column{column_of_array(*schema, std::move(array))};
      },
      nb::arg("object"), "Anything with __arrow_c_array__ as a column.");
  module.def(
      "column_of_buffer",
      [](nb::handle values, const std::string& format, const std::string& nulls, nb::handle mask,
         bool copy) {
        const NullRule rule = nulls == "nan"        ? NullRule::kNan
                              : nulls == "nat"      ? NullRule::kNat
                              : nulls == "negative" ? NullRule::kNegative
                                                    : NullRule::kNone;
        return Column{column_of_buffer(values, format, rule, mask, copy)};
      },
      nb::arg("values"), nb::arg("format"), nb::arg("nulls") = "", nb::arg("mask") = nb::none(),
      nb::arg("copy") = false,
      "A column over the memory of an object with the buffer protocol. `nulls`: \"nan\", \"nat\"\n"
      "or \"negative\" values are NULL.");
  module.def(
      "column_of_codes",
      [](const Column& codes, const Column& dictionary, const std::string& type) {
        return Column{column_of_codes(codes.column, dictionary.column, type)};
      },
      nb::arg("codes"), nb::arg("dictionary"), nb::arg("type") = "",
      "Codes into distinct texts: what an ENUM (its `type`) and a categorical are.");
}

}  // namespace doline_python
