#include "rows/row_pages.h"

#include <algorithm>
#include <cstring>

#include "memory/page_pool.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

constexpr size_t kFirstPageBytes = RowPages::kFirstHeapBytes;
constexpr size_t kLargestPageBytes = size_t{256} << 10;
constexpr size_t kFewestRows = 8;  // of a page, however wide the rows

size_t next_page_bytes(size_t pages) {
  return pages >= 6 ? kLargestPageBytes : std::min(kLargestPageBytes, kFirstPageBytes << pages);
}

}  // namespace

RowPage::RowPage(uint32_t capacity, uint32_t row_bytes, Budget& budget, size_t first_heap_bytes)
    : budget_(&budget),
      row_bytes_(row_bytes),
      capacity_(capacity),
      first_heap_bytes_(first_heap_bytes) {
  rows_ = take_block(size_t{capacity} * row_bytes);
}

RowPage::~RowPage() {
  PagePool::instance().free(rows_.data, rows_.bytes);
  for (const Block& block : heap_) PagePool::instance().free(block.data, block.bytes);
  budget_->shrink(held_);
}

RowPage::Block RowPage::take_block(size_t bytes) {
  const size_t rounded = PagePool::rounded(bytes);
  budget_->grow(rounded);
  try {
    std::byte* data = PagePool::instance().allocate(rounded);
    held_ += rounded;
    return Block{data, rounded, 0};
  } catch (...) {
    budget_->shrink(rounded);
    throw;
  }
}

StringView RowPage::place(std::string_view bytes) {
  if (bytes.size() <= StringView::kInlineBytes) return StringView(bytes);
  if (heap_.empty() || heap_.back().bytes - heap_.back().used < bytes.size()) {
    const size_t grown =
        heap_.empty() ? first_heap_bytes_ : std::min(heap_.back().bytes * 2, kLargestPageBytes);
    heap_.reserve(heap_.size() + 1);
    heap_.push_back(take_block(std::max(bytes.size(), grown)));
  }
  Block& block = heap_.back();
  std::byte* at = block.data + block.used;
  block.used += bytes.size();
  std::memcpy(at, bytes.data(), bytes.size());
  return StringView(reinterpret_cast<const char*>(at), static_cast<uint32_t>(bytes.size()));
}

size_t RowPage::heap_bytes() const {
  size_t used = 0;
  for (const Block& block : heap_) used += block.used;
  return used;
}

void RowPage::copy_texts(const RowLayout& layout, std::byte* row) {
  for (size_t column = 0; column < layout.column_count(); ++column) {
    const RowLayout::Slot& slot = layout.slot(column);
    if (slot.shape == RowLayout::Shape::kFixed) continue;
    const auto text = load_unaligned<StringView>(row + slot.offset);
    if (!text.is_inline()) store_unaligned(row + slot.offset, place(text.view()));
  }
}

RowPages::RowPages(RowLayoutRef layout, Budget& budget, size_t page_bytes)
    : layout_(std::move(layout)), budget_(&budget), page_bytes_(page_bytes) {}
RowPages::RowPages(RowPages&& other) noexcept
    : layout_(other.layout_),
      budget_(other.budget_),
      page_bytes_(other.page_bytes_),
      row_count_(std::exchange(other.row_count_, 0)),
      pages_(std::move(other.pages_)) {
  other.pages_.clear();
}
RowPages& RowPages::operator=(RowPages&& other) noexcept {
  layout_ = other.layout_;
  budget_ = other.budget_;
  page_bytes_ = other.page_bytes_;
  row_count_ = std::exchange(other.row_count_, 0);
  pages_ = std::exchange(other.pages_, {});
  return *this;
}
RowPages::~RowPages() = default;

size_t RowPages::held_bytes() const {
  size_t bytes = 0;
  for (const auto& page : pages_) bytes += page->held_bytes();
  return bytes;
}

uint32_t RowPages::room() const {
  return pages_.empty() ? 0 : pages_.back()->capacity_ - pages_.back()->size_;
}

RowPage& RowPages::open_page(uint32_t expected_rows) {
  if (room() == 0) {
    const size_t row_bytes = layout_->row_bytes();
    const size_t wanted = std::min(kLargestPageBytes, size_t{expected_rows} * row_bytes);
    const size_t usual =
        page_bytes_ > 0 ? page_bytes_ : std::max(next_page_bytes(pages_.size()), wanted);
    const size_t bytes = PagePool::rounded(std::max(usual, kFewestRows * row_bytes));
    // The page before tells how much a page's texts need.
    const size_t texts = pages_.empty() ? 0 : pages_.back()->heap_bytes();
    pages_.push_back(make_ref<RowPage>(
        static_cast<uint32_t>(bytes / row_bytes), layout_->row_bytes(), *budget_,
        std::clamp(PagePool::rounded(texts), kFirstPageBytes, kLargestPageBytes)));
  }
  return *pages_.back();
}

RowPages::Place RowPages::allocate_row() {
  RowPage& page = open_page(1);
  std::byte* row = page.row(page.size_++);
  ++row_count_;
  layout_->prepare(row);
  return {row, &page};
}

void RowPages::write_column(const RowLayout& layout, size_t column, const Column& values,
                            const uint32_t* source, uint32_t count, const Place* places) {
  const RowLayout::Slot& slot = layout.slot(column);
  const bool may_be_null = values.validity() != nullptr;
  const auto null_at = [&](uint32_t row) { return may_be_null && values.is_null(row); };
  const auto row_at = [&](uint32_t i) { return source ? source[i] : i; };
  if (slot.shape == RowLayout::Shape::kNested) {
    const auto form = column < layout.key_count() ? ValueForm::kCanonical : ValueForm::kExact;
    std::vector<std::byte> bytes;
    for (uint32_t i = 0; i < count; ++i) {
      StringView stored;
      if (null_at(row_at(i))) {
        layout.set_null(places[i].row, column);
      } else {
        bytes.clear();
        append_value_bytes(bytes, values, row_at(i), form);
        stored = places[i].page->place({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      }
      store_unaligned(places[i].row + slot.offset, stored);
    }
    return;
  }
  const Column& from = values.is_dictionary() ? values.dictionary()->values() : values;
  dispatch_physical(values.physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, ListEntry>) {
      UNREACHABLE();
    } else if constexpr (std::is_same_v<T, StringView>) {
      const auto* texts = from.values<StringView>();
      for (uint32_t i = 0; i < count; ++i) {
        StringView stored;
        if (null_at(row_at(i))) {
          layout.set_null(places[i].row, column);
        } else {
          stored = texts[values.index_of(row_at(i))];
          if (!stored.is_inline()) stored = places[i].page->place(stored.view());
        }
        store_unaligned(places[i].row + slot.offset, stored);
      }
    } else if constexpr (std::is_same_v<T, bool>) {
      for (uint32_t i = 0; i < count; ++i) {
        places[i].row[slot.offset] = std::byte{test_bit(from.bits(), values.index_of(row_at(i)))};
      }
    } else {
      const T* array = from.values<T>();
      if (values.is_flat()) {
        for (uint32_t i = 0; i < count; ++i)
          store_unaligned(places[i].row + slot.offset, array[row_at(i)]);
      } else {
        for (uint32_t i = 0; i < count; ++i) {
          // An empty dictionary has only NULL rows.
          store_unaligned(places[i].row + slot.offset,
                          from.size() == 0 ? T{} : array[values.index_of(row_at(i))]);
        }
      }
    }
  });
  if (may_be_null && slot.shape == RowLayout::Shape::kFixed) {
    for (uint32_t i = 0; i < count; ++i) {
      if (!values.is_null(row_at(i))) continue;
      layout.set_null(places[i].row, column);
      std::memset(places[i].row + slot.offset, 0, slot.width);  // what spills is not garbage
    }
  }
}

void RowPages::append(std::span<const Column> columns, const uint32_t* source, uint32_t count,
                      const uint64_t* hashes, std::byte** rows) {
  ASSERT(columns.size() == layout_->column_count());
  Place places[kChunkRows];
  uint32_t identity[kChunkRows];
  for (uint32_t done = 0; done < count;) {
    const uint32_t run = std::min(count - done, kChunkRows);
    for (uint32_t i = 0; i < run;) {
      RowPage& page = open_page(count - done - i);
      const uint32_t fitting = std::min(run - i, page.capacity_ - page.size_);
      for (uint32_t end = i + fitting; i < end; ++i) {
        std::byte* row = page.row(page.size_++);
        layout_->prepare(row);
        if (layout_->stores_hash()) store_unaligned(row, hashes[done + i]);
        places[i] = {row, &page};
      }
    }
    row_count_ += run;
    const uint32_t* from = source ? source + done : nullptr;
    if (!source && done != 0) {
      for (uint32_t i = 0; i < run; ++i) identity[i] = done + i;
      from = identity;
    }
    for (size_t column = 0; column < columns.size(); ++column) {
      write_column(*layout_, column, columns[column], from, run, places);
    }
    for (uint32_t i = 0; rows && i < run; ++i) rows[done + i] = places[i].row;
    done += run;
  }
}

void RowPages::append(const Chunk& chunk, const uint64_t* hashes, std::byte** rows) {
  if (chunk.active.is_all()) {
    append(chunk.columns, nullptr, chunk.active.size(), hashes, rows);
    return;
  }
  uint32_t source[kChunkRows];
  const uint32_t count = chunk.active.size();
  ASSERT(count <= kChunkRows);
  for (uint32_t i = 0; i < count; ++i) source[i] = chunk.active.rows()[i];
  append(chunk.columns, source, count, hashes, rows);
}

std::byte* RowPages::append_row(const std::byte* row) {
  RowPage& page = open_page(1);
  std::byte* place = page.row(page.size_++);
  ++row_count_;
  for (uint32_t at = 0; at < layout_->row_bytes(); at += 8)
    store_unaligned(place + at, load_unaligned<uint64_t>(row + at));
  if (layout_->has_heap()) page.copy_texts(*layout_, place);
  return place;
}

void RowPages::adopt(RowPages&& other) {
  ASSERT(other.layout_->row_bytes() == layout_->row_bytes());
  row_count_ += std::exchange(other.row_count_, 0);
  // The page being filled stays the last one.
  pages_.insert(pages_.empty() ? pages_.end() : pages_.end() - 1,
                std::make_move_iterator(other.pages_.begin()),
                std::make_move_iterator(other.pages_.end()));
  other.pages_.clear();
}

void RowPages::adopt(RowPageRef page) {
  row_count_ += page->size();
  pages_.insert(pages_.empty() ? pages_.end() : pages_.end() - 1, std::move(page));
}

void RowPages::clear() {
  pages_.clear();
  row_count_ = 0;
}

std::vector<RowPageRef> RowPages::take_pages() {
  row_count_ = 0;
  return std::exchange(pages_, {});
}

PinRef RowPages::pin() const {
  return combine_pins(std::vector<PinRef>(pages_.begin(), pages_.end()));
}

}  // namespace doline
