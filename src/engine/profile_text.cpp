// A profile for people who read it in a terminal.
#include <algorithm>
#include <cmath>

#include "engine/profile.h"
#include "plan/settings.h"

namespace doline {

namespace {

constexpr size_t kColumns = 100;
/// Of a node's own text, beside its first line.
constexpr size_t kMostFurtherLines = 2;

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

size_t width_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

/// The bytes of the first `columns` characters.
size_t bytes_of(std::string_view text, size_t columns) {
  size_t at = 0;
  for (size_t seen = 0; at < text.size(); ++at) {
    if (begins_character(text[at]) && seen++ == columns) break;
  }
  return at;
}

/// Takes a line of at most `columns` from the front, at a space where one is near its end.
std::string take_line(std::string_view& text, size_t columns) {
  if (width_of(text) <= columns) {
    const std::string all(text);
    text = {};
    return all;
  }
  size_t end = bytes_of(text, columns);
  const size_t space = text.rfind(' ', end);
  if (space != text.npos && space > end / 2) end = space;
  std::string line(text.substr(0, end));
  text.remove_prefix(end);
  while (text.starts_with(' ')) text.remove_prefix(1);
  return line;
}

/// Names and constants may hold line ends, which would look like other lines of the tree, and what
/// a terminal takes for commands.
std::string on_one_line(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool begins_c1 =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
    } else if (begins_c1) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[++i]));
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string count_text(double count) {
  if (count >= 1e13) return fmt::format("{:.1e}", count);
  if (count >= 1e10) return fmt::format("{:.0f} G", count / 1e9);
  if (count >= 1e9) return fmt::format("{:.2f} G", count / 1e9);
  if (count >= 1e7) return fmt::format("{:.1f} M", count / 1e6);
  if (count >= 1e6) return fmt::format("{:.2f} M", count / 1e6);
  if (count >= 1e5) return fmt::format("{:.0f} k", count / 1e3);
  if (count >= 1e4) return fmt::format("{:.1f} k", count / 1e3);
  return fmt::format("{:.0f}", count);
}

std::string time_text(double milliseconds) {
  if (milliseconds >= 1e5) return fmt::format("{:.0f} s", milliseconds / 1e3);
  if (milliseconds >= 1e4) return fmt::format("{:.1f} s", milliseconds / 1e3);
  if (milliseconds >= 100) return fmt::format("{:.0f} ms", milliseconds);
  return fmt::format("{:.{}f} ms", milliseconds, milliseconds >= 10 ? 1 : 2);
}

/// Of at most eight characters.
std::string bytes_text(uint64_t bytes) {
  if (bytes == 0) return "";
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto size = static_cast<double>(bytes);
  size_t unit = 0;
  for (; size >= 1000 && unit + 1 < std::size(kUnits); ++unit) size /= 1024;
  return fmt::format("{:.{}f} {}", size, unit > 0 && size < 10 ? 1 : 0, kUnits[unit]);
}

/// Eighths of four columns.
std::string bar(double share) {
  constexpr std::string_view kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  constexpr size_t kBarColumns = 4;
  const auto filled =
      static_cast<size_t>(std::lround(std::clamp(share, 0.0, 1.0) * kBarColumns * 8));
  std::string out;
  for (size_t i = 0; i < filled / 8; ++i) out += "█";
  if (filled / 8 < kBarColumns) out += kEighths[filled % 8];
  return out;
}

std::string right(std::string_view text, size_t columns) {
  const size_t width = width_of(text);
  return std::string(columns - std::min(columns, width), ' ') + std::string(text);
}

std::string left(std::string_view text, size_t columns) {
  const size_t width = width_of(text);
  return std::string(text) + std::string(columns - std::min(columns, width), ' ');
}

class TextProfile {
 public:
  explicit TextProfile(const QueryProfile& profile) : profile_(profile) {
    bool has_spilled = false;
    for (const ProfiledNode& node : profile.nodes) {
      all_ms_ += node.milliseconds;
      has_spilled |= node.spilled_bytes > 0;
    }
    tree_columns_ = kColumns - (has_spilled ? 63 : 46);
  }

  std::string text() {
    if (profile_.was_run) head();
    for (size_t i = 0; i < profile_.nodes.size(); ++i) print(i);
    if (profile_.was_run) foot();
    while (out_.ends_with('\n')) out_.pop_back();
    return std::move(out_);
  }

 private:
  void line(std::string text) {
    while (text.ends_with(' ')) text.pop_back();
    out_ += text + '\n';
  }

  /// What goes behind the tree: 46 columns, and 17 more where something was spilled.
  void head() {
    line(left("operator", tree_columns_) + right("time", 9) + right("share", 6) + "     " +
         right("rows", 8) + right("expected", 9) + right("memory", 9));
  }

  std::string figures(const ProfiledNode& node) const {
    if (node.is_shown_above) return " (see above)";
    const double share = all_ms_ > 0 ? node.milliseconds / all_ms_ : 0;
    std::string text = right(time_text(node.milliseconds), 9) +
                       right(fmt::format("{:.0f} %", 100 * share), 6) + " " + left(bar(share), 4) +
                       right(count_text(static_cast<double>(node.rows)), 8) +
                       right("~" + count_text(node.estimated_rows), 9) +
                       right(bytes_text(node.memory_peak_bytes), 9);
    if (node.spilled_bytes > 0) text += right("spilled " + bytes_text(node.spilled_bytes), 17);
    return text;
  }

  /// Whether another input of the parent at `depth` follows after node `index`.
  bool has_sibling(size_t index, uint32_t depth) const {
    for (size_t i = index + 1; i < profile_.nodes.size(); ++i) {
      if (profile_.nodes[i].depth < depth) return false;
      if (profile_.nodes[i].depth == depth) return true;
    }
    return false;
  }

  void print(size_t index) {
    const ProfiledNode& node = profile_.nodes[index];
    std::string above;  // what the lines of nodes around it leave here
    for (uint32_t depth = 1; depth < node.depth; ++depth)
      above += has_sibling(index, depth) ? "│  " : "   ";
    std::string first = above;
    std::string further = above;
    if (node.depth > 0) {
      const bool is_followed = has_sibling(index, node.depth);
      first += is_followed ? "├─ " : "└─ ";
      further += is_followed ? "│  " : "   ";
    }
    const bool has_inputs =
        index + 1 < profile_.nodes.size() && profile_.nodes[index + 1].depth > node.depth;
    further += has_inputs ? "│  " : "   ";
    const std::string described = on_one_line(node.text);
    if (!profile_.was_run) {
      line(first + described +
           (node.is_shown_above ? " (see above)"
                                : fmt::format("  ~{} rows", count_text(node.estimated_rows))));
      return;
    }
    std::string_view rest = described;
    const size_t room = tree_columns_ - std::min(tree_columns_ - 12, width_of(first));
    line(left(first + take_line(rest, room), tree_columns_) + figures(node));
    if (node.is_shown_above) return;
    for (size_t lines = 0; !rest.empty() && lines < kMostFurtherLines; ++lines) {
      const bool is_last = lines + 1 == kMostFurtherLines;
      std::string text = take_line(rest, room_behind(further, 1));
      line(further + text + (is_last && !rest.empty() ? "…" : ""));
    }
    for (const std::string& note : notes_of(node)) {
      std::string_view left_over = note;
      bool is_first = true;
      while (!left_over.empty()) {
        line(further + (is_first ? "· " : "  ") + take_line(left_over, room_behind(further, 2)));
        is_first = false;
      }
    }
  }

  static size_t room_behind(std::string_view indent, size_t more) {
    const size_t taken = width_of(indent) + more;
    return taken + 30 < kColumns ? kColumns - taken : 30;
  }

  std::vector<std::string> notes_of(const ProfiledNode& node) const {
    std::vector<std::string> notes;
    if (node.operators.size() > 1) {
      std::vector<std::string> parts;
      for (const ProfiledOperator& one : node.operators) {
        if (one.rows_in == 0 && one.rows_out == 0 && one.milliseconds < 0.1) continue;
        parts.push_back(fmt::format("{} {}, {} rows", one.name, time_text(one.milliseconds),
                                    count_text(static_cast<double>(one.rows_in))));
      }
      if (parts.size() > 1) notes.push_back(fmt::format("{}", fmt::join(parts, "; ")));
    }
    std::vector<std::string> read;
    for (const auto& [name, count] : node.counters) {
      if (count == 0) continue;
      read.push_back(name.starts_with("bytes")
                         ? format_byte_size(count) + name.substr(5)
                         : fmt::format("{} {}", count_text(static_cast<double>(count)), name));
    }
    if (!read.empty()) notes.push_back(fmt::format("{}", fmt::join(read, ", ")));
    if (node.spilled_bytes > 0)
      notes.push_back("read back from disk: " + format_byte_size(node.read_back_bytes));
    if (node.milliseconds > 5 && node.processor_milliseconds < 0.8 * node.milliseconds) {
      notes.push_back(fmt::format("on a processor for {:.0f} % of its time",
                                  100 * node.processor_milliseconds / node.milliseconds));
    }
    for (const std::string& note : node.notes) notes.push_back(on_one_line(note));
    return notes;
  }

  void list_times(std::string begin, const std::vector<QueryProfile::Phase>& times) {
    std::string text = std::move(begin);
    bool is_first = true;
    for (const QueryProfile::Phase& one : times) {
      if (one.milliseconds < 0.005) continue;
      text += fmt::format("{} {} {}", is_first ? "" : " +", one.name, time_text(one.milliseconds));
      is_first = false;
    }
    std::string_view rest = text;
    std::string indent;
    while (!rest.empty()) {
      line(indent + take_line(rest, kColumns - indent.size()));
      indent = "  ";
    }
  }

  void foot() {
    out_ += '\n';
    for (const std::string& note : profile_.notes) line("· " + on_one_line(note));
    list_times(fmt::format("statement {} =", time_text(profile_.total_milliseconds)),
               profile_.phases);
    std::vector<QueryProfile::Phase> threads = {{"operators", all_ms_}};
    threads.insert(threads.end(), profile_.thread_times.begin(), profile_.thread_times.end());
    list_times(fmt::format("threads {} × {} =", profile_.threads, time_text(profile_.milliseconds)),
               threads);
    line(fmt::format("total {:.1f} ms on {} thread{}, memory peak {}, spilled {}",
                     profile_.milliseconds, profile_.threads, profile_.threads == 1 ? "" : "s",
                     format_byte_size(profile_.memory_peak_bytes),
                     format_byte_size(profile_.spilled_bytes)));
  }

  const QueryProfile& profile_;
  double all_ms_ = 0;
  size_t tree_columns_ = 0;
  std::string out_;
};

}  // namespace

std::string profile_text(const QueryProfile& profile) { return TextProfile(profile).text(); }

}  // namespace doline
