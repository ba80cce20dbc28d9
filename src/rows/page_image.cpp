// How rows lie on disk. Neighbouring rows share most of their bytes: the upper halves of numbers,
// lengths, validity, all of a column that has few values. So a page is written by byte planes: the
// n-th bytes of all rows behind one another, and planes that are one byte over and over only once;
// then LZ4 over what is left. Texts lie behind the planes, column by column in row order, which
// says where each is without their addresses. Reading costs less than fetching rows as they lay
// from the page cache, and a sort of wide rows needs a quarter of the disk.

#include <lz4.h>

#include <algorithm>
#include <cstring>

#include "base/bits.h"
#include "base/error.h"
#include "memory/page_pool.h"
#include "rows/row_pages.h"

namespace doline {

namespace {

struct ImageHead {
  uint32_t rows;
  uint32_t is_packed;   // by LZ4
  uint64_t body_bytes;  // unpacked
  uint64_t heap_bytes;  // of these, texts
};
/// Of each eight bytes of a row: those of the first row, and which of them are planes.
constexpr size_t kWordHeadBytes = 9;

/// Larger scratch than this is not kept between pages.
constexpr size_t kKeptScratchBytes = size_t{1} << 20;

/// A thread's own, so that a page costs no allocation.
struct Scratch {
  std::vector<uint64_t> words;
  std::vector<std::byte> body;
  std::vector<std::byte> image;
  template <class T>
  static T* of(std::vector<T>& kept, size_t count) {
    if (kept.size() < count) kept.resize(count);
    return kept.data();
  }
  template <class T>
  static void leave(std::vector<T>& kept) {
    if (kept.size() * sizeof(T) > kKeptScratchBytes) kept = {};
  }
  void leave_all() {
    leave(words);
    leave(body);
    leave(image);
  }
};
Scratch& scratch() {
  thread_local Scratch own;
  return own;
}

/// For each eight bytes of a row: whether they are the pointer half of a text's view.
std::vector<bool> pointer_words(const RowLayout& layout) {
  std::vector<bool> is_pointer(layout.row_bytes() / 8);
  for (size_t column = 0; column < layout.column_count(); ++column) {
    const RowLayout::Slot& slot = layout.slot(column);
    if (slot.shape == RowLayout::Shape::kFixed) continue;
    ASSERT(slot.offset % 8 == 0);
    is_pointer[slot.offset / 8 + 1] = true;
  }
  return is_pointer;
}

Error damaged() { return Error(ErrorCode::kCorrupt, "a spilled page of rows is damaged"); }

}  // namespace

SpilledPage RowPages::write(const RowLayout& layout, std::span<const std::byte* const> rows,
                            SpillWriter& writer) {
  const size_t count = rows.size();
  ASSERT(count != 0);
  const size_t width = layout.row_bytes() / 8;
  size_t heap_bytes = 0;
  for (size_t column = 0; column < layout.column_count(); ++column) {
    const RowLayout::Slot& slot = layout.slot(column);
    if (slot.shape == RowLayout::Shape::kFixed) continue;
    for (const std::byte* row : rows) {
      const auto size = load_unaligned<uint32_t>(row + slot.offset);
      heap_bytes += size > StringView::kInlineBytes ? size : 0;
    }
  }
  Scratch& own = scratch();
  uint64_t* const words = Scratch::of(own.words, count);
  std::byte* const body =
      Scratch::of(own.body, width * kWordHeadBytes + count * layout.row_bytes() + heap_bytes);
  std::byte* head = body;
  std::byte* planes = body + width * kWordHeadBytes;
  const std::vector<bool> is_pointer = pointer_words(layout);
  for (size_t word = 0; word < width; ++word) {
    for (size_t i = 0; i < count; ++i) words[i] = load_unaligned<uint64_t>(rows[i] + word * 8);
    if (is_pointer[word]) {
      for (size_t i = 0; i < count; ++i) {
        const auto size = load_unaligned<uint32_t>(rows[i] + word * 8 - 8);
        words[i] = size > StringView::kInlineBytes ? 0 : words[i];
      }
    }
    const uint64_t first = words[0];
    uint64_t differs = 0;
    for (size_t i = 0; i < count; ++i) differs |= words[i] ^ first;
    uint8_t mask = 0;
    for (uint32_t byte = 0; byte < 8; ++byte) {
      if (((differs >> (byte * 8)) & 0xFF) == 0) continue;
      mask |= static_cast<uint8_t>(1U << byte);
      for (size_t i = 0; i < count; ++i) planes[i] = static_cast<std::byte>(words[i] >> (byte * 8));
      planes += count;
    }
    *head++ = std::byte{mask};
    store_unaligned(head, first);
    head += 8;
  }
  for (size_t column = 0; column < layout.column_count(); ++column) {
    const RowLayout::Slot& slot = layout.slot(column);
    if (slot.shape == RowLayout::Shape::kFixed) continue;
    for (const std::byte* row : rows) {
      const auto text = load_unaligned<StringView>(row + slot.offset);
      if (text.is_inline()) continue;
      std::memcpy(planes, text.data(), text.size());
      planes += text.size();
    }
  }

  ImageHead image_head{static_cast<uint32_t>(count), 0, static_cast<uint64_t>(planes - body),
                       heap_bytes};
  const bool packs = image_head.body_bytes <= LZ4_MAX_INPUT_SIZE;
  const size_t room =
      packs ? static_cast<size_t>(LZ4_compressBound(static_cast<int>(image_head.body_bytes)))
            : image_head.body_bytes;
  std::byte* const image =
      Scratch::of(own.image, sizeof image_head + std::max(room, image_head.body_bytes));
  size_t size = 0;
  if (packs) {
    size = static_cast<size_t>(LZ4_compress_default(
        reinterpret_cast<const char*>(body), reinterpret_cast<char*>(image + sizeof image_head),
        static_cast<int>(image_head.body_bytes), static_cast<int>(room)));
  }
  image_head.is_packed = size != 0 && size < image_head.body_bytes;
  if (!image_head.is_packed) {
    size = image_head.body_bytes;
    std::memcpy(image + sizeof image_head, body, size);
  }
  store_unaligned(image, image_head);
  const SpilledPage written{writer.write({image, sizeof image_head + size}),
                            static_cast<uint32_t>(count),
                            PagePool::rounded(count * layout.row_bytes()) +
                                (heap_bytes == 0 ? 0 : PagePool::rounded(heap_bytes))};
  own.leave_all();
  return written;
}

std::vector<SpilledPage> RowPages::spill(SpillWriter& writer) {
  std::vector<SpilledPage> spilled;
  std::vector<const std::byte*> rows;
  try {
    for (RowPageRef& page : pages_) {
      if (page->size_ == 0) continue;
      rows.resize(page->size_);
      for (uint32_t i = 0; i < page->size_; ++i) rows[i] = page->row(i);
      spilled.push_back(write(*layout_, rows, writer));
      page = nullptr;  // memory comes back page by page
    }
  } catch (...) {
    // The disk is full for who made room, while the owner may go on for a while: with whole pages.
    std::erase(pages_, RowPageRef());
    row_count_ = 0;
    for (const RowPageRef& page : pages_) row_count_ += page->size();
    throw;
  }
  clear();
  return spilled;
}

RowPageRef RowPages::read_back(const SpilledPage& spilled, const RowLayout& layout,
                               SpillWriter& writer, Budget& budget) {
  Scratch& own = scratch();
  const size_t image_bytes = spilled.extent.size_bytes;
  std::byte* const image = Scratch::of(own.image, image_bytes);
  writer.read(spilled.extent, {image, image_bytes});
  if (image_bytes < sizeof(ImageHead)) throw damaged();
  const auto head = load_unaligned<ImageHead>(image);
  const size_t count = head.rows;
  const size_t width = layout.row_bytes() / 8;
  const size_t heads_bytes = width * kWordHeadBytes;
  // Neither can be more than what this many rows have.
  if (head.rows != spilled.rows || head.is_packed > 1 || head.heap_bytes > head.body_bytes ||
      head.body_bytes - head.heap_bytes > heads_bytes + count * layout.row_bytes() ||
      head.body_bytes - head.heap_bytes < heads_bytes || head.heap_bytes > spilled.memory_bytes) {
    throw damaged();
  }
  const std::byte* body = image + sizeof head;
  const size_t body_bytes = head.body_bytes;
  if (head.is_packed) {
    std::byte* const unpacked = Scratch::of(own.body, body_bytes);
    if (body_bytes > LZ4_MAX_INPUT_SIZE ||
        LZ4_decompress_safe(reinterpret_cast<const char*>(body), reinterpret_cast<char*>(unpacked),
                            static_cast<int>(image_bytes - sizeof head),
                            static_cast<int>(body_bytes)) != static_cast<int>(body_bytes)) {
      throw damaged();
    }
    body = unpacked;
  } else if (body_bytes != image_bytes - sizeof head) {
    throw damaged();
  }

  auto page = make_ref<RowPage>(head.rows, layout.row_bytes(), budget, kFirstHeapBytes);
  page->size_ = head.rows;
  const std::byte* at = body;
  const std::byte* planes = body + heads_bytes;
  const std::byte* const texts = body + body_bytes - head.heap_bytes;
  uint64_t* const words = Scratch::of(own.words, count);
  for (size_t word = 0; word < width; ++word) {
    const auto mask = static_cast<uint8_t>(*at++);
    auto first = load_unaligned<uint64_t>(at);
    at += 8;
    std::byte* to = page->rows_.data + word * 8;
    if (mask == 0) {
      for (size_t i = 0; i < count; ++i, to += layout.row_bytes()) store_unaligned(to, first);
      continue;
    }
    for (uint32_t byte = 0; byte < 8; ++byte) {
      if ((mask >> byte) & 1) first &= ~(uint64_t{0xFF} << (byte * 8));
    }
    std::fill_n(words, count, first);
    for (uint32_t byte = 0; byte < 8; ++byte) {
      if (((mask >> byte) & 1) == 0) continue;
      if (static_cast<size_t>(texts - planes) < count) throw damaged();
      for (size_t i = 0; i < count; ++i) words[i] |= static_cast<uint64_t>(planes[i]) << (byte * 8);
      planes += count;
    }
    for (size_t i = 0; i < count; ++i, to += layout.row_bytes()) store_unaligned(to, words[i]);
  }
  if (planes != texts) throw damaged();
  if (layout.has_heap()) page->place_texts(layout, {texts, head.heap_bytes});
  own.leave_all();
  return page;
}

/// Copies all texts, which lie behind one another by column and row, to one block, and tells the
/// rows where they are.
void RowPage::place_texts(const RowLayout& layout, std::span<const std::byte> texts) {
  const std::byte* next = nullptr;
  size_t left = texts.size();
  if (left != 0) {
    heap_.push_back(take_block(left));
    std::memcpy(heap_[0].data, texts.data(), left);
    heap_[0].used = left;
    next = heap_[0].data;
  }
  for (size_t column = 0; column < layout.column_count(); ++column) {
    const RowLayout::Slot& slot = layout.slot(column);
    if (slot.shape == RowLayout::Shape::kFixed) continue;
    for (uint32_t i = 0; i < size_; ++i) {
      std::byte* view = row(i) + slot.offset;
      const auto size = load_unaligned<uint32_t>(view);
      if (size <= StringView::kInlineBytes) continue;
      if (size > left) throw damaged();
      store_unaligned(view + 8, next);
      next += size;
      left -= size;
    }
  }
  if (left != 0) throw damaged();
}

}  // namespace doline
