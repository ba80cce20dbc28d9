#pragma once

#include <cstdint>
#include <vector>

#include "format/parquet/page_stream.h"
#include "format/parquet/value_decoder.h"

namespace doline::parquet {

/// Reads one column chunk without repetition, row by row in order: required or optional at the
/// top of the schema. The caller goes page by page: rows_left_in_page() rows share one form, codes
/// or values. Rows that nobody asks for are skipped, whole pages without decompressing them.
/// Owned by one thread.
///
///   while (wanted > 0) {
///     const size_t count = std::min(wanted, cursor.rows_left_in_page());
///     cursor.codes() ? codes… : values…
///     cursor.read(count, out, validity, row);
///   }
class FlatCursor {
 public:
  /// `row_count`: rows of the row group. `optional`: NULLs are possible.
  FlatCursor(PageStream stream, LeafType type, bool optional, size_t row_count);

  const LeafType& type() const { return type_; }
  /// The next row to be read.
  size_t row() const { return row_; }
  /// Rows from row() on that lie in one page (or in a stretch of a large one). Reads at most
  /// headers. At least 1 before
  /// the last row; damage is Error(kCorrupt).
  size_t rows_left_in_page();
  /// Whether the current page holds dictionary codes. codes() loads the page, codes_ahead() only
  /// looks at its header.
  bool codes();
  bool codes_ahead();
  /// The dictionary of pages with codes; null when the chunk has none. Loads it.
  const PageDictionaryRef& dictionary();
  void share(std::shared_ptr<PageShare> pages) { stream_.share(std::move(pages)); }
  /// Takes a dictionary that another cursor on the chunk loaded; before anything is read.
  void set_dictionary(PageDictionaryRef dictionary);
  /// Keeps the bytes that string views of the current page point to.
  const PinRef& page_pin() const { return page_.pin; }
  /// Memory of string views beyond the page.
  std::vector<PinRef> take_pins() { return values_.take_pins(); }

  /// The next `count` rows of the current page. `out` takes uint32_t codes or values, as codes()
  /// says; rows that are NULL get zeros. For optional columns their bits go to
  /// [validity_begin, + count) of `validity`. Returns the number of NULLs.
  size_t read(size_t count, std::byte* out, uint64_t* validity, size_t validity_begin);
  /// Of the next `span` rows of the current page those at `at[i] - base`.
  size_t read_at(const uint32_t* at, size_t count, uint32_t base, size_t span, std::byte* out,
                 uint64_t* validity, size_t validity_begin);
  /// Any number of rows, over pages.
  void skip(size_t count);
  /// Goes to the page that starts at `position` with row `first_row`, from an offset index.
  void seek(uint64_t position, size_t first_row);

 private:
  bool next_header();
  void load();
  void next_stretch();
  void skip_present(size_t count);
  size_t out_width() const { return values_.codes() ? sizeof(uint32_t) : type_.width(); }

  PageStream stream_;
  const LeafType type_;
  const bool optional_;
  const size_t row_count_;
  PageDictionaryRef dictionary_;
  bool dictionary_seen_ = false;
  bool dictionary_given_ = false;

  size_t row_ = 0;
  size_t page_left_ = 0;   // rows of the current page not yet passed
  bool has_page_ = false;  // a header was read
  bool loaded_ = false;
  bool page_codes_ = false;
  size_t pending_skip_ = 0;  // rows passed before the page is loaded
  Page page_;
  PageValues values_;
  // Definition levels are decoded a stretch at a time: a few bytes may claim 2^31 NULLs.
  HybridDecoder levels_;
  std::vector<uint64_t> legacy_levels_;  // of pages with the deprecated form, decoded at once
  size_t page_rows_ = 0;
  size_t page_row_ = 0;       // in the page
  size_t stretch_begin_ = 0;  // in the page
  size_t stretch_end_ = 0;
  bool stretch_has_nulls_ = false;
  std::vector<uint64_t> present_;    // of the stretch, when optional
  std::vector<uint32_t> positions_;  // scratch
};

}  // namespace doline::parquet
