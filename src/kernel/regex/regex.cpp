#include "kernel/regex/regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/cancellation.h"
#include "base/error.h"
#include "kernel/regex/literals_in_order.h"
#include "kernel/regex/one_pass.h"
#include "kernel/simd.h"
#include "kernel/string_search.h"
#include "kernel/variants/regex_match.h"

namespace doline {
namespace {

constexpr size_t kMaxSlots = 129;  // one_pass.cpp compiles at most 63 groups; and one of no meaning

// An unanchored search tries the program at many places. Past this many bytes walked for each byte
// of the text, RE2 takes over, which is linear.
constexpr size_t kRetryFactor = 8;
constexpr size_t kRetryFloor = 256;

/// (?<name> as (?P<name>, the only form this RE2 knows. Brackets, \Q…\E and escapes are passed
/// over.
std::string with_python_names(std::string_view pattern) {
  std::string out;
  out.reserve(pattern.size() + 8);
  for (size_t i = 0; i < pattern.size();) {
    const std::string_view rest = pattern.substr(i);
    size_t size = 1;
    if (rest.starts_with("\\Q")) {
      const size_t close = rest.find("\\E");
      size = close == std::string_view::npos ? rest.size() : close + 2;
    } else if (rest[0] == '\\') {
      size = std::min<size_t>(2, rest.size());
    } else if (rest[0] == '[') {
      while (size < rest.size() && (size == 1 || rest[size] != ']')) {
        if (size == 1 && rest[size] == '^') ++size;
        const bool named = rest.substr(size).starts_with("[:");
        const size_t close = named ? rest.find(":]", size) : std::string_view::npos;
        if (close != std::string_view::npos) {
          size = close + 2;
        } else {
          size += rest.substr(size).starts_with('\\') ? 2 : 1;
        }
      }
      size = std::min(size + 1, rest.size());
    } else if (rest.starts_with("(?<") && !rest.starts_with("(?<=") && !rest.starts_with("(?<!")) {
      out += "(?P<";
      i += 3;
      continue;
    }
    out += rest.substr(0, size);
    i += size;
  }
  return out;
}

re2::RE2::Anchor to_re2(Anchor anchor) {
  switch (anchor) {
    case Anchor::kNone:
      return re2::RE2::UNANCHORED;
    case Anchor::kBegin:
      return re2::RE2::ANCHOR_START;
    case Anchor::kBoth:
      return re2::RE2::ANCHOR_BOTH;
  }
  UNREACHABLE();
}

/// Bytes of the code point at the begin of `text` (not empty); 1 if it is none. As RE2 steps over
/// an empty match that touches the one before.
size_t step_size(std::string_view text, TextEncoding encoding) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (encoding == TextEncoding::kLatin1 || lead < 0xC2) return 1;
  const auto tail = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto continues = [&](size_t i) { return (tail(i) & 0xC0) == 0x80; };
  if (lead < 0xE0) return continues(1) ? 2 : 1;
  if (lead < 0xF0) {
    const bool overlong = lead == 0xE0 && tail(1) < 0xA0;
    return continues(1) && continues(2) && !overlong ? 3 : 1;
  }
  const bool outside = (lead == 0xF0 && tail(1) < 0x90) || (lead == 0xF4 && tail(1) > 0x8F);
  return lead <= 0xF4 && continues(1) && continues(2) && continues(3) && !outside ? 4 : 1;
}

}  // namespace

struct Regex::State {
  State(std::string_view written, RegexOptions given);

  RegexResult run(const RegexProgram& chosen, std::string_view text, size_t from,
                  const char** slots) const {
    return kernels.match(chosen.view(), text.data(), text.data() + from, text.data() + text.size(),
                         slots);
  }
  RegexOutcome find(std::string_view text, size_t from, Anchor anchor, const char** slots) const;
  bool match(std::string_view text, size_t from, Anchor anchor,
             std::span<std::string_view> groups) const;
  bool match_by_re2(std::string_view text, size_t from, Anchor anchor,
                    std::span<std::string_view> groups) const;

  RegexOptions options;
  std::unique_ptr<re2::RE2> re2;
  size_t group_count = 0;
  std::vector<std::string> group_names;

  const RegexKernels& kernels;
  std::optional<RegexProgram> program;        // a match may end anywhere
  std::optional<RegexProgram> whole_program;  // it must end at the text's end
  bool anchored_begin = false;
  std::optional<Needle> prefix;             // every match begins with it; for unanchored programs
  std::optional<Needle> required;           // every match contains it; asked before RE2
  std::optional<LiteralsInOrder> in_order;  // the pattern is nothing else
};

Regex::State::State(std::string_view written, RegexOptions given)
    : options(given),
      kernels(pick_variant(simd_level(), scalar::kRegexKernels, avx2::kRegexKernels,
                           avx512::kRegexKernels)) {
  re2::RE2::Options settings;
  settings.set_log_errors(false);
  settings.set_case_sensitive(options.case_sensitive);
  settings.set_dot_nl(options.dot_matches_newline);
  settings.set_literal(options.literal);
  settings.set_encoding(options.encoding == TextEncoding::kUtf8
                            ? re2::RE2::Options::EncodingUTF8
                            : re2::RE2::Options::EncodingLatin1);
  const std::string pattern = options.literal ? std::string(written) : with_python_names(written);
  re2 = std::make_unique<re2::RE2>(pattern, settings);
  if (!re2->ok()) {
    Error error(ErrorCode::kInvalidArgument, "bad regular expression: {}", re2->error());
    const size_t at =
        re2->error_arg().empty() ? std::string_view::npos : written.rfind(re2->error_arg());
    if (at != std::string_view::npos) error.add_note(fmt::format("at byte {} of {}", at, written));
    throw error;
  }
  group_count = static_cast<size_t>(re2->NumberOfCapturingGroups());
  group_names.resize(group_count);
  for (const auto& [number, name] : re2->CapturingGroupNames()) {
    group_names[static_cast<size_t>(number) - 1] = name;
  }

  const auto parsed = parse_pattern(pattern, options);
  if (!parsed) return;
  ASSERT(parsed->group_count == group_count);
  anchored_begin = parsed->anchored_begin;
  program = compile_one_pass(*parsed, options.encoding, false);
  whole_program =
      parsed->anchored_end ? program : compile_one_pass(*parsed, options.encoding, true);
  if (program && !anchored_begin && !program->prefix.empty()) prefix.emplace(program->prefix);
  if (std::string literal = parsed->required_literal(); !literal.empty()) {
    required.emplace(literal);
  }
  in_order = LiteralsInOrder::of(*parsed);
}

/// By our own programs; kUnknown when there is none, or when only RE2 can tell.
RegexOutcome Regex::State::find(std::string_view text, size_t from, Anchor anchor,
                                const char** slots) const {
  const std::optional<RegexProgram>& chosen = anchor == Anchor::kBoth ? whole_program : program;
  if (!chosen) return RegexOutcome::kUnknown;
  if (anchored_begin && from != 0) return RegexOutcome::kNoMatch;
  if (anchored_begin || anchor != Anchor::kNone) return run(*chosen, text, from, slots).outcome;

  size_t walked = 0;
  const size_t allowed = kRetryFloor + kRetryFactor * text.size();
  const char* const end = text.data() + text.size();
  for (size_t at = from; at <= text.size(); ++at) {
    if (prefix) {
      at = prefix->find(text, at);
      if (at == std::string_view::npos) return RegexOutcome::kNoMatch;
    } else if (chosen->first_is_known) {
      at = static_cast<size_t>(kernels.find_member(chosen->first, text.data() + at, end) -
                               text.data());
      if (at == text.size()) return RegexOutcome::kNoMatch;
    }
    const RegexResult result = run(*chosen, text, at, slots);
    if (result.outcome != RegexOutcome::kNoMatch) return result.outcome;
    walked += static_cast<size_t>(result.reached - (text.data() + at));
    if (walked > allowed) return RegexOutcome::kUnknown;
  }
  return RegexOutcome::kNoMatch;
}

bool Regex::State::match_by_re2(std::string_view text, size_t from, Anchor anchor,
                                std::span<std::string_view> groups) const {
  if (required && !required->in(text.substr(from))) return false;
  std::array<re2::StringPiece, 16> few;
  std::vector<re2::StringPiece> many;
  const size_t wanted = std::min(groups.size(), group_count + 1);
  re2::StringPiece* pieces = few.data();
  if (wanted > few.size()) {
    many.resize(wanted);
    pieces = many.data();
  }
  if (!re2->Match({text.data(), text.size()}, from, text.size(), to_re2(anchor), pieces,
                  static_cast<int>(wanted))) {
    return false;
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    groups[i] =
        i < wanted ? std::string_view(pieces[i].data(), pieces[i].size()) : std::string_view();
  }
  return true;
}

bool Regex::State::match(std::string_view text, size_t from, Anchor anchor,
                         std::span<std::string_view> groups) const {
  if (text.data() == nullptr) text = "";  // an empty group must differ from none
  if (from > text.size()) return false;
  const char* slots[kMaxSlots];
  switch (find(text, from, anchor, slots)) {
    case RegexOutcome::kNoMatch:
      return false;
    case RegexOutcome::kUnknown:
      return match_by_re2(text, from, anchor, groups);
    case RegexOutcome::kMatch:
      break;
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    const bool took_part = i <= group_count && slots[2 * i] != nullptr;
    groups[i] = took_part ? std::string_view(slots[2 * i],
                                             static_cast<size_t>(slots[2 * i + 1] - slots[2 * i]))
                          : std::string_view();
  }
  return true;
}

Regex::Regex(std::unique_ptr<const State> state) : state_(std::move(state)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Regex Regex::compile(std::string_view pattern, RegexOptions options) {
  return Regex(std::make_unique<const State>(pattern, options));
}

bool Regex::search(std::string_view text) const {
  if (state_->in_order) {
    const RegexOutcome outcome = state_->in_order->search(text);
    if (outcome != RegexOutcome::kUnknown) return outcome == RegexOutcome::kMatch;
  }
  return state_->match(text, 0, Anchor::kNone, {});
}

bool Regex::full_match(std::string_view text) const {
  return state_->match(text, 0, Anchor::kBoth, {});
}

bool Regex::match_groups(std::string_view text, std::span<std::string_view> groups, Anchor anchor,
                         size_t from) const {
  return state_->match(text, from, anchor, groups);
}

size_t Regex::group_count() const { return state_->group_count; }
const std::vector<std::string>& Regex::group_names() const { return state_->group_names; }
bool Regex::is_one_pass() const { return state_->program.has_value(); }

Regex::Rewrite Regex::compile_rewrite(std::string_view rewrite) const {
  Rewrite compiled;
  std::string text;
  for (size_t i = 0; i < rewrite.size(); ++i) {
    if (rewrite[i] != '\\') {
      text += rewrite[i];
      continue;
    }
    const char next = ++i < rewrite.size() ? rewrite[i] : '\0';
    if (next == '\\') {
      text += '\\';
      continue;
    }
    if (next < '0' || next > '9') {
      throw Error(ErrorCode::kInvalidArgument,
                  "bad replacement \"{}\": a backslash stands before a digit or a backslash",
                  rewrite)
          .hint("write \\\\ for a backslash");
    }
    const int group = next - '0';
    if (static_cast<size_t>(group) > group_count()) {
      throw Error(ErrorCode::kInvalidArgument,
                  "bad replacement \"{}\": group {} of a pattern that has {}", rewrite, group,
                  group_count());
    }
    compiled.groups_needed_ = std::max(compiled.groups_needed_, static_cast<size_t>(group) + 1);
    compiled.pieces_.emplace_back(std::exchange(text, {}), group);
  }
  if (!text.empty()) compiled.pieces_.emplace_back(std::move(text), -1);
  return compiled;
}

namespace {

void append_rewrite(const std::vector<std::pair<std::string, int>>& pieces,
                    std::span<const std::string_view> groups, std::string& out) {
  for (const auto& [text, group] : pieces) {
    out += text;
    if (group >= 0) out += groups[static_cast<size_t>(group)];
  }
}

}  // namespace

bool Regex::replace_first(std::string_view text, const Rewrite& rewrite, std::string& out) const {
  std::array<std::string_view, 10> storage;
  const auto groups = std::span(storage).first(rewrite.groups_needed_);
  if (!match_groups(text, groups)) {
    out += text;
    return false;
  }
  if (text.empty()) {  // the match may point to another empty text
    append_rewrite(rewrite.pieces_, groups, out);
    return true;
  }
  const auto begin = static_cast<size_t>(groups[0].data() - text.data());
  out += text.substr(0, begin);
  append_rewrite(rewrite.pieces_, groups, out);
  out += text.substr(begin + groups[0].size());
  return true;
}

size_t Regex::replace_all(std::string_view text, const Rewrite& rewrite, std::string& out) const {
  if (text.data() == nullptr) text = "";
  std::array<std::string_view, 10> storage;
  const auto groups = std::span(storage).first(rewrite.groups_needed_);
  size_t count = 0;
  size_t at = 0;
  size_t last_end = std::string_view::npos;
  CancellationPoll poll;
  while (at <= text.size() && match_groups(text, groups, Anchor::kNone, at)) {
    const auto begin = static_cast<size_t>(groups[0].data() - text.data());
    constexpr size_t kStepsPerMatch = 32;
    poll.add(kStepsPerMatch + (begin - at));
    out += text.substr(at, begin - at);
    at = begin;
    if (groups[0].empty() && begin == last_end) {
      // An empty match right behind the last one does not count: pass one character.
      const size_t size =
          at < text.size() ? step_size(text.substr(at), state_->options.encoding) : 1;
      out += text.substr(at, size);
      at += size;
      continue;
    }
    append_rewrite(rewrite.pieces_, groups, out);
    at = begin + groups[0].size();
    last_end = at;
    ++count;
  }
  if (at < text.size()) out += text.substr(at);
  return count;
}

}  // namespace doline
