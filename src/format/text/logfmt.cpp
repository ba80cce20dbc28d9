#include <charconv>

#include "format/text/log_formats.h"
#include "format/text/log_rows.h"
#include "format/text/named_fields.h"
#include "kernel/string_search.h"

namespace doline {
namespace {

bool is_space(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

bool is_key_byte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '.' || byte == '-' || byte == '/' ||
         byte == ':' || byte == '@';
}

/// `key=` at the begin of `text`: the key's size, or 0.
size_t scan_key(std::string_view text) {
  size_t size = 0;
  while (size < text.size() && is_key_byte(text[size])) ++size;
  return size < text.size() && text[size] == '=' ? size : 0;
}

struct Pair {
  std::string_view key;  // empty: `raw` is text that is no pair
  std::string_view value;
  bool escaped = false;  // value has backslashes to undo
  std::string_view raw;  // as written
};

/// The pairs of one record. next() is false at its end and at damage.
class PairCursor {
 public:
  explicit PairCursor(std::string_view record) : record_(record) {}

  bool next(Pair& pair) {
    while (at_ < record_.size() && is_space(record_[at_])) ++at_;
    if (at_ == record_.size()) return false;
    const size_t begin = at_;
    const size_t key_size = scan_key(record_.substr(at_));
    pair = {};
    if (key_size == 0) {
      skip_word();
    } else {
      pair.key = record_.substr(at_, key_size);
      at_ += key_size + 1;
      if (at_ < record_.size() && record_[at_] == '"') {
        if (!take_quoted(pair)) return false;
      } else {
        const size_t value_begin = at_;
        skip_word();
        pair.value = record_.substr(value_begin, at_ - value_begin);
      }
    }
    pair.raw = record_.substr(begin, at_ - begin);
    return true;
  }
  bool damaged() const { return damaged_; }

 private:
  void skip_word() {
    while (at_ < record_.size() && !is_space(record_[at_])) ++at_;
  }

  bool take_quoted(Pair& pair) {
    const size_t begin = ++at_;
    for (; at_ < record_.size() && record_[at_] != '"'; ++at_) {
      if (record_[at_] == '\\' && at_ + 1 < record_.size()) {
        pair.escaped = true;
        ++at_;
      }
    }
    damaged_ = at_ >= record_.size();
    if (damaged_) return false;
    pair.value = record_.substr(begin, at_ - begin);
    ++at_;
    // Text may stand right behind the quote; it is its own word.
    return true;
  }

  std::string_view record_;
  size_t at_ = 0;
  bool damaged_ = false;
};

/// \n, \r, \t, \uXXXX of the basic plane; a backslash before anything else only guards it.
std::string without_escapes(std::string_view value) {
  std::string out;
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\' || i + 1 == value.size()) {
      out += value[i];
      continue;
    }
    const char name = value[++i];
    if (name == 'n') {
      out += '\n';
    } else if (name == 'r') {
      out += '\r';
    } else if (name == 't') {
      out += '\t';
    } else if (name == 'u' && i + 4 < value.size()) {
      uint32_t code = 0;
      const char* digits = value.data() + i + 1;
      const auto [stop, error] = std::from_chars(digits, digits + 4, code, 16);
      const bool usable =
          error == std::errc{} && stop == digits + 4 && (code < 0xD800 || code > 0xDFFF);
      if (!usable) {
        out += "\\u";
        continue;
      }
      i += 4;
      if (code < 0x80) {
        out += static_cast<char>(code);
      } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | code >> 6);
        out += static_cast<char>(0x80 | (code & 0x3F));
      } else {
        out += static_cast<char>(0xE0 | code >> 12);
        out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
      }
    } else {
      out += name;
    }
  }
  return out;
}

class LogfmtParser final : public NamedFieldsParser {
 public:
  LogfmtParser(const LogOptions& options, std::string_view sample)
      : LogfmtParser(collect(options, sample), options) {}

  void read(LogBlock& block, LogRows& rows, std::vector<LogReject>& rejects) const override {
    const char* const readable_end = block.text.data() + block.text.size();
    RowWriter row(*this, ' ');
    while (!rows.full() && !block.done()) {
      const LogBlock::Line line = block.take_line();
      if (line.text.empty()) continue;
      if (scan_key(line.text) == 0) {
        rejects.push_back({line.number, line.begin, {}, "does not begin with key=", line.text});
        continue;
      }
      const std::string_view text = take_continuation(block, line);
      const auto reject = [&](std::string_view column, std::string reason) {
        rejects.push_back({line.number, line.begin, column, std::move(reason), text});
      };
      if (!block.is_ascii && !is_utf8(text)) {
        reject({}, "the text is not UTF-8");
        continue;
      }
      row.begin_record();
      PairCursor pairs(text);
      for (Pair pair; pairs.next(pair);) {
        const size_t column = row.place(pair.key, pair.raw);
        if (column == FieldIndex::kUnknown) continue;
        if (pair.escaped) {
          row.set_copy(column, without_escapes(pair.value));
        } else {
          row.set(column, pair.value);
        }
      }
      if (pairs.damaged()) {
        reject({}, "a quote is not closed");
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
    return scan_key(text.substr(at)) != 0;
  }

 private:
  LogfmtParser(const FieldCollector& fields, const LogOptions& options)
      : NamedFieldsParser(LogFormat::kLogfmt, fields, found(fields), options.zone) {}

  static FieldCollector collect(const LogOptions& options, std::string_view sample) {
    FieldCollector fields;
    const bool may_be_cut = !options.sample_is_whole_file && !sample.ends_with('\n');
    LogBlock block(sample);
    while (!block.done()) {
      const LogBlock::Line line = block.take_line();
      const bool cut = block.done() && may_be_cut && line.number > 1;
      if (cut || scan_key(line.text) == 0) continue;
      PairCursor pairs(line.text);
      for (Pair pair; pairs.next(pair);) {
        if (!pair.key.empty()) fields.add(pair.key, pair.value);
      }
    }
    return fields;
  }

  static std::vector<SniffedColumns::Found> found(const FieldCollector& fields) {
    std::vector<SniffedColumns::Found> columns;
    std::vector<std::string> names;
    for (const FieldCollector::Entry& entry : fields.entries()) {
      names.push_back(free_name(names, entry.name));
      columns.push_back({names.back(), entry.sniffer.form()});
    }
    return columns;
  }
};

}  // namespace

std::unique_ptr<const LogParser> create_logfmt_parser(const LogOptions& options,
                                                      std::string_view sample) {
  return std::make_unique<LogfmtParser>(options, sample);
}

}  // namespace doline
