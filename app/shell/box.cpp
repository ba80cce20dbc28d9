#include "shell/box.h"

#include <algorithm>
#include <deque>

#include "base/spelled_out.h"
#include "shell/display.h"
#include "shell/value_text.h"

namespace doline::shell {

namespace {

/// Leaving out fewer rows than the dots take would save nothing.
constexpr size_t kDotRows = 3;
/// From so many rows on, their number is said.
constexpr size_t kCountedRows = 10;
/// Columns give way down to this width before others are left out.
constexpr size_t kNarrowColumn = 20;
constexpr size_t kWidestValue = 10'000;

struct Cell {
  std::string text;
  bool is_null = false;
};
using Row = std::vector<Cell>;

/// A column of the box: one of the result's, or the one of ellipses where some are left out.
struct BoxColumn {
  std::optional<size_t> source;
  size_t width = 1;
  bool is_right = false;
};

/// The rows that are shown, and how many there are.
struct Kept {
  std::deque<Row> head;
  std::deque<Row> tail;
  uint64_t total = 0;

  bool is_cut() const { return head.size() + tail.size() < total; }
};

Kept keep_rows(Query& query, const OutputOptions& options, const ZoneOffsets* zone) {
  Kept kept;
  const size_t most_head = options.most_rows == 0 ? ~size_t{0} : (options.most_rows + 1) / 2;
  const size_t most_tail = options.most_rows / 2;
  while (auto chunk = query.next()) {
    for (uint32_t i = 0; i < chunk->size(); ++i) {
      const uint32_t row = chunk->active[i];
      ++kept.total;
      Row cells;
      cells.reserve(chunk->columns.size());
      for (const Column& column : chunk->columns) {
        const bool is_null = column.is_null(row);
        std::string text = is_null ? options.null_shown() : spelled_out(text_at(column, row, zone));
        cells.push_back({cut_to_width(text, kWidestValue), is_null});
      }
      std::deque<Row>& into = kept.head.size() < most_head ? kept.head : kept.tail;
      into.push_back(std::move(cells));
      if (kept.tail.size() > most_tail + kDotRows) kept.tail.pop_front();
    }
  }
  // A few more than wanted were kept in case they were all.
  if (kept.is_cut()) {
    while (kept.tail.size() > most_tail) kept.tail.pop_front();
  }
  return kept;
}

size_t box_width(const std::vector<BoxColumn>& columns) {
  size_t width = 1;
  for (const BoxColumn& column : columns) width += column.width + 3;
  return width;
}

class Box {
 public:
  Box(const Schema& schema, Kept kept, const OutputOptions& options, OutputStream& out,
      const Palette& palette)
      : schema_(schema), kept_(std::move(kept)), options_(options), out_(out), palette_(palette) {
    for (const Field& field : schema_) {
      names_.push_back(spelled_out(field.name));
      types_.push_back(short_type_name(field.type));
    }
    measure();
    fit();
    write_footer_lines();
  }

  void print() {
    rule("┌", "┬", "┐");
    if (options_.header) {
      line([&](const BoxColumn& column) { return heading(column, names_, Style::kStrong); });
      line([&](const BoxColumn& column) { return heading(column, types_, Style::kFaint); });
      if (kept_.total > 0) rule("├", "┼", "┤");
    }
    for (const Row& row : kept_.head) values(row);
    if (kept_.is_cut()) {
      for (size_t i = 0; i < kDotRows; ++i)
        line([&](const BoxColumn& column) { return dot(column); });
    }
    for (const Row& row : kept_.tail) values(row);
    rule("└", "┴", "┘");
    for (const std::string& footer : footer_) {
      out_.write(palette_.paint(Style::kFaint, footer.substr(0, footer.find_last_not_of(' ') + 1)) +
                 "\n");
    }
  }

 private:
  void measure() {
    for (size_t i = 0; i < schema_.size(); ++i) {
      size_t width =
          options_.header ? std::max(display_width(names_[i]), display_width(types_[i])) : 1;
      for (const Row& row : kept_.head) width = std::max(width, display_width(row[i].text));
      for (const Row& row : kept_.tail) width = std::max(width, display_width(row[i].text));
      columns_.push_back({i, std::max<size_t>(width, 1), schema_[i].type->is_numeric()});
    }
  }

  /// Into the terminal: first long texts are cut, then columns in the middle are left out.
  void fit() {
    const size_t limit = options_.width;
    if (limit == 0) return;
    while (box_width(columns_) > limit) {
      const auto widest =
          std::max_element(columns_.begin(), columns_.end(), [](const auto& a, const auto& b) {
            return (a.is_right ? 0 : a.width) < (b.is_right ? 0 : b.width);
          });
      if (widest->is_right || widest->width <= kNarrowColumn) break;
      widest->width -= std::min(widest->width - kNarrowColumn, box_width(columns_) - limit);
    }
    if (box_width(columns_) > limit && columns_.size() > 2) {
      const size_t middle = (columns_.size() + 1) / 2;
      columns_.insert(columns_.begin() + static_cast<ptrdiff_t>(middle), BoxColumn{});
      size_t left = middle, right = columns_.size() - middle - 1;
      while (box_width(columns_) > limit && left + right > 2) {
        const bool from_left = left > right;
        columns_.erase(columns_.begin() + static_cast<ptrdiff_t>(from_left ? left - 1 : left + 1));
        (from_left ? left : right) -= 1;
      }
    }
    // Still too wide: whatever gives way.
    while (box_width(columns_) > limit) {
      const auto widest =
          std::max_element(columns_.begin(), columns_.end(),
                           [](const auto& a, const auto& b) { return a.width < b.width; });
      if (widest->width <= 4) break;
      widest->width -= std::min(widest->width - 4, box_width(columns_) - limit);
    }
  }

  size_t shown_columns() const {
    return static_cast<size_t>(
        std::count_if(columns_.begin(), columns_.end(),
                      [](const BoxColumn& column) { return column.source.has_value(); }));
  }

  void write_footer_lines() {
    const bool hides_columns = shown_columns() < schema_.size();
    if (kept_.total > 0 && kept_.total < kCountedRows && !kept_.is_cut() && !hides_columns) return;
    const std::string rows = fmt::format("{} row{}", kept_.total, kept_.total == 1 ? "" : "s");
    const std::string shown =
        kept_.is_cut() ? fmt::format("({} shown)", kept_.head.size() + kept_.tail.size()) : "";
    std::string right;
    if (schema_.size() > 1) {
      right = fmt::format("{} columns", schema_.size());
      if (hides_columns) right += fmt::format(" ({} shown)", shown_columns());
    }
    const size_t least = std::max(rows.size(), shown.size()) + 4;
    const bool is_needed = kept_.total == 0 || kept_.is_cut() || hides_columns;
    if (box_width(columns_) < least) {
      if (!is_needed) return;
      columns_.back().width += least - box_width(columns_);
    }
    const size_t inner = box_width(columns_) - 4;
    if (!hides_columns && rows.size() + 1 + right.size() > inner) right.clear();
    const auto centred = [&](const std::string& text) {
      return "  " + padded(text, inner, Alignment::kCentre) + "  ";
    };
    const auto spread = [&](const std::string& left) {
      return "  " + left + padded(right, inner - std::min(inner, left.size()), Alignment::kRight) +
             "  ";
    };
    const std::string both = shown.empty() ? rows : rows + " " + shown;
    if (right.empty() && both.size() <= inner) {
      footer_ = {centred(both)};
    } else if (right.empty()) {
      footer_ = {centred(rows), centred(shown)};
    } else if (both.size() + 1 + right.size() <= inner) {
      footer_ = {spread(both)};
    } else if (rows.size() + 1 + right.size() <= inner) {
      footer_ = {spread(rows)};
      if (!shown.empty()) footer_.push_back("  " + shown);
    } else {
      footer_ = {"  " + rows, "  " + right};
      if (!shown.empty()) footer_[0] += " " + shown;
    }
  }

  void rule(const char* left, const char* middle, const char* right) {
    std::string text = left;
    for (size_t i = 0; i < columns_.size(); ++i) {
      for (size_t k = 0; k < columns_[i].width + 2; ++k) text += "─";
      text += i + 1 == columns_.size() ? right : middle;
    }
    out_.write(palette_.paint(Style::kFaint, text) + "\n");
  }

  /// One line of the box; `cell` gives a column's text, padded and painted.
  template <class CellText>
  void line(const CellText& cell) {
    const std::string border = palette_.paint(Style::kFaint, "│");
    std::string text = border;
    for (const BoxColumn& column : columns_) text += " " + cell(column) + " " + border;
    out_.write(text + "\n");
  }

  std::string heading(const BoxColumn& column, const std::vector<std::string>& texts, Style style) {
    if (!column.source) return palette_.paint(Style::kFaint, "…");
    return palette_.paint(style, padded(cut_to_width(texts[*column.source], column.width),
                                        column.width, Alignment::kCentre));
  }

  void values(const Row& row) {
    line([&](const BoxColumn& column) {
      if (!column.source) return palette_.paint(Style::kFaint, "…");
      const Cell& cell = row[*column.source];
      const std::string text = padded(cut_to_width(cell.text, column.width), column.width,
                                      column.is_right ? Alignment::kRight : Alignment::kLeft);
      return palette_.paint(cell.is_null ? Style::kFaint : Style::kPlain, text);
    });
  }

  /// Where rows are left out: a dot under the middle of the values around it.
  std::string dot(const BoxColumn& column) {
    size_t beside = 1;
    if (column.source && !kept_.head.empty() && !kept_.tail.empty()) {
      beside = std::min(display_width(kept_.head.back()[*column.source].text),
                        display_width(kept_.tail.front()[*column.source].text));
      beside = std::clamp<size_t>(beside, 1, column.width);
    }
    const size_t before = (beside - 1) / 2;
    const size_t after = beside - 1 - before;
    const std::string text =
        column.is_right ? padded("·" + std::string(before, ' '), column.width, Alignment::kRight)
                        : padded(std::string(before, ' ') + "·" + std::string(after, ' '),
                                 column.width, Alignment::kLeft);
    return palette_.paint(Style::kFaint, text);
  }

  const Schema& schema_;
  const Kept kept_;
  const OutputOptions& options_;
  OutputStream& out_;
  const Palette& palette_;
  std::vector<std::string> names_, types_;
  std::vector<BoxColumn> columns_;
  std::vector<std::string> footer_;
};

}  // namespace

uint64_t print_box(Query& query, const OutputOptions& options, OutputStream& out,
                   const ZoneOffsets* zone, const Palette& palette) {
  Kept kept = keep_rows(query, options, zone);
  const uint64_t total = kept.total;
  Box(query.schema(), std::move(kept), options, out, palette).print();
  return total;
}

}  // namespace doline::shell
