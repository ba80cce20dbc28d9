#include <algorithm>

#include "base/ascii.h"
#include "format/text/log_formats.h"
#include "format/text/log_rows.h"
#include "format/text/named_fields.h"
#include "kernel/string_search.h"

namespace doline {
namespace {

/// Fields of a package list that a query can count on, in this order (deb-control(5), and the
/// fields that indexes of archives add).
constexpr std::string_view kPackageFields[] = {
    "Package", "Version",    "Architecture", "Section",  "Priority",    "Installed-Size", "Size",
    "Source",  "Maintainer", "Depends",      "Filename", "Description", "Homepage"};
/// The only fields that are numbers by definition: no other's type is guessed, since a version or a
/// name may look like a number in a thousand paragraphs and not in the next.
constexpr std::string_view kNumberFields[] = {"Installed-Size", "Size"};

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

bool is_continuation(std::string_view line) {
  return line.starts_with(' ') || line.starts_with('\t');
}

/// The name's size in "Name: value"; 0 if the line is none. Names are any ASCII but space, colon
/// and control bytes, and begin with neither '#' nor '-'.
size_t scan_name(std::string_view line) {
  size_t size = 0;
  while (size < line.size() && line[size] > ' ' && line[size] < 0x7F && line[size] != ':') ++size;
  const bool named = size > 0 && line[0] != '#' && line[0] != '-';
  return named && size < line.size() && line[size] == ':' ? size : 0;
}

std::string column_name(std::string_view field) {
  std::string name = ascii_lower(field);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return text.substr(0, 0);
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// A value of several lines: each line without the space that marks it, and "." as an empty one.
std::string joined_lines(std::string_view value) {
  std::string out;
  while (!value.empty()) {
    const size_t end = std::min(value.find('\n'), value.size());
    std::string_view line = value.substr(0, end);
    value.remove_prefix(std::min(end + 1, value.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (out.empty()) {
      out += line;
      continue;
    }
    if (is_continuation(line)) line.remove_prefix(1);
    out += '\n';
    if (line != ".") out += line;
  }
  return out;
}

struct DebField {
  std::string_view name;
  std::string_view value;  // trimmed, with line ends inside when `multi_line`
  std::string_view raw;
  bool multi_line = false;
};

/// The fields of one paragraph. next() is false at its end and at a line that is no field.
class FieldCursor {
 public:
  explicit FieldCursor(std::string_view paragraph) : rest_(paragraph) {}

  bool next(DebField& field) {
    while (rest_.starts_with('#')) drop(line_end(0));
    if (rest_.empty()) return false;
    const size_t name_size = scan_name(rest_);
    damaged_ = name_size == 0;
    if (damaged_) return false;
    size_t end = line_end(0);
    field.multi_line = false;
    while (end < rest_.size() && is_continuation(rest_.substr(end))) {
      end = line_end(end);
      field.multi_line = true;
    }
    field.name = rest_.substr(0, name_size);
    field.raw = trimmed(rest_.substr(0, end));
    field.value = trimmed(rest_.substr(name_size + 1, end - name_size - 1));
    field.multi_line &= field.value.find('\n') != std::string_view::npos;
    drop(end);
    return true;
  }
  bool damaged() const { return damaged_; }

 private:
  size_t line_end(size_t from) const {
    const size_t newline = rest_.find('\n', from);
    return newline == std::string_view::npos ? rest_.size() : newline + 1;
  }
  void drop(size_t size) { rest_.remove_prefix(size); }

  std::string_view rest_;
  bool damaged_ = false;
};

/// The paragraph that begins at block.at, without its last line's end; the blank lines behind it
/// are passed over.
struct Paragraph {
  std::string_view text;
  uint64_t line = 0;
  size_t begin = 0;
};

bool take_paragraph(LogBlock& block, Paragraph& paragraph) {
  paragraph.text = {};
  size_t end = 0;
  while (!block.done()) {
    const LogBlock::Line line = block.take_line();
    if (is_blank(line.text)) {
      if (end != 0) break;
      continue;
    }
    if (end == 0) {
      paragraph.line = line.number;
      paragraph.begin = line.begin;
    }
    end = line.begin + line.text.size();
  }
  if (end == 0) return false;
  paragraph.text = block.text.substr(paragraph.begin, end - paragraph.begin);
  return true;
}

bool is_comment(std::string_view paragraph) {
  // Of whole paragraphs of comments, each line begins with '#'.
  while (!paragraph.empty()) {
    if (paragraph[0] != '#') return false;
    paragraph.remove_prefix(std::min(paragraph.find('\n'), paragraph.size() - 1) + 1);
  }
  return true;
}

class Deb822Parser final : public NamedFieldsParser {
 public:
  Deb822Parser(const LogOptions& options, std::string_view sample)
      : Deb822Parser(collect(sample), options) {}

  void read(LogBlock& block, LogRows& rows, std::vector<LogReject>& rejects) const override {
    const char* const readable_end = block.text.data() + block.text.size();
    RowWriter row(*this, '\n');
    Paragraph paragraph;
    while (!rows.full() && take_paragraph(block, paragraph)) {
      if (is_comment(paragraph.text)) continue;
      const auto reject = [&](std::string_view column, std::string reason) {
        rejects.push_back(
            {paragraph.line, paragraph.begin, column, std::move(reason), paragraph.text});
      };
      if (!block.is_ascii && !is_utf8(paragraph.text)) {
        reject({}, "the text is not UTF-8");
        continue;
      }
      row.begin_record();
      FieldCursor fields(paragraph.text);
      for (DebField field; fields.next(field);) {
        const size_t column = row.place(field.name, field.raw);
        if (column == FieldIndex::kUnknown) continue;
        if (field.multi_line && rows.wants(column)) {
          row.set_copy(column, joined_lines(field.value));
        } else {
          row.set(column, field.value);
        }
      }
      if (fields.damaged()) {
        reject({}, "a line is neither \"Field: value\" nor a continuation");
        continue;
      }
      size_t column = 0;
      if (auto reason = row.end_record(rows, readable_end, column)) {
        reject(columns()[column].name, std::move(*reason));
      }
    }
  }

 protected:
  bool begins_record(std::string_view text, size_t at) const override {
    const std::string_view line = text.substr(at, text.find('\n', at) - at);
    if (is_blank(line)) return false;
    if (at == 0) return true;
    const size_t newline = at < 2 ? std::string_view::npos : text.rfind('\n', at - 2);
    const size_t before = newline == std::string_view::npos ? 0 : newline + 1;
    return is_blank(text.substr(before, at - 1 - before));
  }

 private:
  Deb822Parser(const FieldCollector& fields, const LogOptions& options)
      : NamedFieldsParser(LogFormat::kDeb822, fields, found(fields), options.zone) {}

  static void collect_into(FieldCollector& collected, std::string_view sample) {
    LogBlock block(sample);
    Paragraph paragraph;
    while (take_paragraph(block, paragraph)) {
      FieldCursor fields(paragraph.text);
      for (DebField field; fields.next(field);) collected.declare(field.name);
    }
  }

  static FieldCollector collect(std::string_view sample) {
    FieldCollector as_found;
    collect_into(as_found, sample);
    if (!as_found.has("Package") || !as_found.has("Version")) return as_found;
    FieldCollector package_list;
    for (const std::string_view name : kPackageFields) package_list.declare(name);
    collect_into(package_list, sample);
    return package_list;
  }

  static std::vector<SniffedColumns::Found> found(const FieldCollector& fields) {
    std::vector<SniffedColumns::Found> columns;
    std::vector<std::string> names;
    for (const FieldCollector::Entry& entry : fields.entries()) {
      names.push_back(free_name(names, column_name(entry.name)));
      const bool is_number = std::find(std::begin(kNumberFields), std::end(kNumberFields),
                                       entry.name) != std::end(kNumberFields);
      columns.push_back({names.back(), is_number ? ValueForm::kInteger : ValueForm::kText});
    }
    return columns;
  }
};

}  // namespace

std::unique_ptr<const LogParser> create_deb822_parser(const LogOptions& options,
                                                      std::string_view sample) {
  return std::make_unique<Deb822Parser>(options, sample);
}

}  // namespace doline
