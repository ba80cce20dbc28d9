#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "base/assert.h"
#include "base/error.h"
#include "column/string_view.h"
#include "format/parquet/column_reader.h"
#include "format/parquet/convert.h"

namespace doline::parquet {

namespace {

/// Proving that values are distinct costs about as much as decoding them.
constexpr uint32_t kMostProvenUnique = 20'000;

bool is_unique(const Column& values) {
  if (values.size() > kMostProvenUnique || values.physical() != PhysicalType::kString) return false;
  struct Hash {
    size_t operator()(const StringView& text) const { return text.hash(); }
  };
  std::unordered_set<StringView, Hash> seen;
  seen.reserve(values.size());
  for (uint32_t i = 0; i < values.size(); ++i) {
    if (!seen.insert(values.values<StringView>()[i]).second) return false;
  }
  return true;
}

}  // namespace

DictionaryRef make_dictionary(const SchemaNode& leaf, const PageDictionaryRef& page) {
  const uint32_t size = page->size();
  BufferRef values = page->values();
  if (leaf.conversion == Conversion::kText) {
    check_text(leaf, values->data(), size, nullptr);
  } else if (leaf.conversion != Conversion::kNone) {
    values = Buffer::allocate(leaf.conversion == Conversion::kBool ? words_for_bits(size) * 8
                                                                   : size * converted_width(leaf));
    convert(leaf, page->data(), size, nullptr, values->data());
  }
  const bool views = leaf.type->is_string();
  Column column = Column::flat(leaf.type, size, std::move(values), {},
                               views ? combine_pins({PinRef(page), page->page()}) : PinRef());
  const bool unique = is_unique(column);
  return make_ref<const Dictionary>(std::move(column), unique);
}

std::optional<PageLocation> page_of_row(const OffsetIndex& index, size_t row) {
  const auto& pages = index.pages;
  const auto after =
      std::upper_bound(pages.begin(), pages.end(), static_cast<int64_t>(row),
                       [](int64_t r, const PageLocation& page) { return r < page.first_row; });
  if (after == pages.begin()) return std::nullopt;
  return after[-1];
}

/// Rows read so far of one call. Codes as long as every page had codes and the type is a string;
/// else stored values, converted at the end.
struct FlatReader::Batch {
  uint32_t done = 0;
  uint32_t null_count = 0;
  bool started = false;
  bool codes = false;
  BufferRef data;
  BufferRef validity;
  std::vector<PinRef> pins;
};

FlatReader::FlatReader(const SchemaNode& leaf, const LeafPlace& place)
    : leaf_(leaf),
      place_(place),
      cursor_(PageStream(place.pages), leaf.stored, leaf.definition > 0, place.row_count) {}

void FlatReader::follow(FlatReader& leader) {
  const auto pages = std::make_shared<PageShare>();
  leader.cursor_.share(pages);
  cursor_.share(pages);
  leader_ = &leader;
  if (const PageDictionaryRef& known = leader.known_dictionary().page)
    cursor_.set_dictionary(known);
}

void FlatReader::set_dictionary(const ColumnDictionary& known) {
  dictionary_ = known;
  cursor_.set_dictionary(known.page);
}

void FlatReader::go_to(size_t row) {
  ASSERT(row >= cursor_.row());
  if (row == cursor_.row()) return;
  if (place_.index && row - cursor_.row() >= cursor_.rows_left_in_page()) {
    const auto page = page_of_row(*place_.index, row);
    const auto first = page ? static_cast<uint64_t>(page->first_row) : 0;
    const auto offset = page ? static_cast<uint64_t>(page->offset) : 0;
    if (page && first > cursor_.row() && first <= row && offset > place_.pages.begin &&
        offset < place_.pages.end) {
      cursor_.seek(offset, first);
    }
  }
  cursor_.skip(row - cursor_.row());
}

ColumnDictionary& FlatReader::known_dictionary() {
  ColumnDictionary& known = leader_ != nullptr ? leader_->dictionary_ : dictionary_;
  if (!known.page) known.page = cursor_.dictionary();
  return known;
}

const ColumnDictionary& FlatReader::dictionary() {
  ColumnDictionary& known = known_dictionary();
  if (!known.values && known.page) known.values = make_dictionary(leaf_, known.page);
  return known;
}

/// What was read as codes becomes stored values, because a page without codes follows.
void FlatReader::to_values(Batch& batch) {
  const size_t width = leaf_.stored.width();
  BufferRef values = Buffer::allocate(kChunkRows * width);
  const PageDictionaryRef& page = known_dictionary().page;
  if (page && page->size() > 0) {
    page->gather(batch.data->as<uint32_t>(), batch.done, values->data());
  } else {
    std::memset(values->data(), 0, batch.done * width);
  }
  if (leaf_.type->is_string() && page)
    batch.pins.push_back(combine_pins({PinRef(page), page->page()}));
  batch.data = std::move(values);
  batch.codes = false;
}

void FlatReader::read_stretch(Batch& batch, const uint32_t* rows, uint32_t count) {
  const bool codes = cursor_.codes();
  const size_t width = leaf_.stored.width();
  if (!batch.started) {
    batch.started = true;
    batch.codes = codes && leaf_.type->is_string();
    batch.data = Buffer::allocate(kChunkRows * (batch.codes ? sizeof(uint32_t) : width));
    if (leaf_.definition > 0) batch.validity = Buffer::allocate(kChunkRows / 8);
  } else if (batch.codes && !codes) {
    to_values(batch);
  }
  std::byte* out = batch.data->data() + batch.done * (batch.codes ? sizeof(uint32_t) : width);
  std::byte* const values = out;
  if (codes && !batch.codes) {
    codes_.resize(kChunkRows);
    out = reinterpret_cast<std::byte*>(codes_.data());
  }
  uint64_t* const validity = batch.validity ? batch.validity->as<uint64_t>() : nullptr;
  const auto base = static_cast<uint32_t>(cursor_.row());
  const size_t span = rows[count - 1] - base + 1;
  const size_t nulls = span == count
                           ? cursor_.read(count, out, validity, batch.done)
                           : cursor_.read_at(rows, count, base, span, out, validity, batch.done);
  batch.null_count += static_cast<uint32_t>(nulls);
  if (codes) {
    const PageDictionaryRef& page = known_dictionary().page;
    if (!batch.codes) {
      if (page->size() > 0) {
        page->gather(codes_.data(), count, values);
      } else {
        std::memset(values, 0, count * width);  // NULLs alone
      }
      if (leaf_.type->is_string()) batch.pins.push_back(combine_pins({PinRef(page), page->page()}));
    }
  } else if (leaf_.stored.physical == Physical::kByteArray) {
    batch.pins.push_back(cursor_.page_pin());
    for (PinRef& pin : cursor_.take_pins()) batch.pins.push_back(std::move(pin));
  }
  batch.done += count;
}

Column FlatReader::read(const uint32_t* rows, uint32_t count) {
  ASSERT(count > 0 && count <= kChunkRows);
  Batch batch;
  for (uint32_t first = 0; first < count;) {
    go_to(rows[first]);
    const size_t end = cursor_.row() + cursor_.rows_left_in_page();
    if (end <= rows[first])
      throw Error(ErrorCode::kCorrupt, "a Parquet column ends before row {}", rows[first]);
    const auto last =
        static_cast<uint32_t>(std::lower_bound(rows + first, rows + count, end) - rows);
    read_stretch(batch, rows + first, last - first);
    first = last;
  }
  if (batch.null_count == 0) batch.validity = {};
  if (batch.codes) {
    // An empty dictionary has NULLs alone before it.
    if (known_dictionary().page->size() == 0) return Column::null(leaf_.type, count);
    return Column::dictionary(leaf_.type, count, std::move(batch.data), dictionary().values,
                              std::move(batch.validity));
  }
  const uint64_t* const validity = batch.validity ? batch.validity->as<uint64_t>() : nullptr;
  BufferRef values = batch.data;
  if (leaf_.conversion == Conversion::kText) {
    check_text(leaf_, values->data(), count, validity);
  } else if (leaf_.conversion != Conversion::kNone) {
    values =
        Buffer::allocate(leaf_.conversion == Conversion::kBool ? words_for_bits(count) * 8
                                                               : count * converted_width(leaf_));
    convert(leaf_, batch.data->data(), count, validity, values->data());
    if (leaf_.conversion == Conversion::kFixedBytes) batch.pins.push_back(batch.data);
  }
  return Column::flat(leaf_.type, count, std::move(values), std::move(batch.validity),
                      leaf_.type->is_string() ? combine_pins(std::move(batch.pins)) : PinRef());
}

}  // namespace doline::parquet
