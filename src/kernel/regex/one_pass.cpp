#include "kernel/regex/one_pass.h"

#include <algorithm>
#include <utility>

namespace doline {
namespace {

using Kind = PatternNode::Kind;
using ByteMask = std::bitset<256>;

constexpr size_t kMaxSteps = 1024;
constexpr uint32_t kMaxCopies = 64;
constexpr uint32_t kMaxGroups = 63;

/// What the text may hold where some rest of the pattern begins to match.
struct Follow {
  ByteMask bytes;
  bool end = false;          // the text may end here
  bool cannot_fail = false;  // the rest matches whatever comes

  Follow operator|(const Follow& other) const {
    return {bytes | other.bytes, end || other.end, false};
  }
  bool meets(const Follow& other) const {
    return (bytes & other.bytes).any() || (end && other.end);
  }
};

ByteMask single_set(const PatternNode& node) {
  if (node.kind == Kind::kSet) return node.set;
  ByteMask mask;
  mask.set(static_cast<unsigned char>(node.literal[0]));
  return mask;
}

/// What may stand where `node`, followed by `after`, begins.
Follow before(const PatternNode& node, const Follow& after) {
  switch (node.kind) {
    case Kind::kEmpty:
      return after;
    case Kind::kLiteral: {
      Follow follow;
      follow.bytes.set(static_cast<unsigned char>(node.literal[0]));
      return follow;
    }
    case Kind::kSet:
      return {node.set, false, false};
    case Kind::kConcat: {
      Follow follow = after;
      for (size_t i = node.children.size(); i-- > 0;) follow = before(node.children[i], follow);
      return follow;
    }
    case Kind::kGroup:
      return before(node.children[0], after);
    case Kind::kAlternate: {
      Follow follow;
      for (const PatternNode& child : node.children) follow = follow | before(child, after);
      return follow;
    }
    case Kind::kRepeat: {
      if (node.max == 0) return after;
      Follow follow = before(node.children[0], after);
      if (node.min > 0) return follow;
      follow = follow | after;
      follow.cannot_fail = after.cannot_fail;
      return follow;
    }
  }
  return after;
}

ByteSet to_byte_set(const ByteMask& mask) {
  ByteSet set{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (!mask.test(byte)) continue;
    set.member[byte] = 1;
    if (byte < 0x80) set.low_nibble[byte & 15] |= static_cast<uint8_t>(1u << (byte >> 4));
  }
  return set;
}

const std::string* as_literal(const PatternNode& node) {
  if (node.kind == Kind::kLiteral) return &node.literal;
  const bool wraps = node.kind == Kind::kConcat && node.children.size() == 1;
  return wraps ? as_literal(node.children[0]) : nullptr;
}

/// Two branches of which at most one can match at any place.
bool exclude_each_other(const PatternNode& a, const Follow& a_first, const PatternNode& b,
                        const Follow& b_first) {
  if (!a_first.meets(b_first)) return true;
  const std::string* left = as_literal(a);
  const std::string* right = as_literal(b);
  return left != nullptr && right != nullptr && !left->starts_with(*right) &&
         !right->starts_with(*left);
}

bool is_fast_run(const RegexStep& step) {
  return step.op == RegexOp::kRunNotByte || step.op == RegexOp::kRunRange ||
         step.op == RegexOp::kRunTable;
}

/// Takes into each run the slot before it, the slot behind it and the literal behind that, as far
/// as no jump goes between them. `no_slot` is the number for none.
std::vector<RegexStep> fuse_runs(const std::vector<RegexStep>& steps, const std::string& literals,
                                 uint16_t no_slot) {
  std::vector<bool> is_target(steps.size() + 1);
  for (const RegexStep& step : steps) {
    if (step.op == RegexOp::kTry || step.op == RegexOp::kJump) is_target[step.target] = true;
  }
  std::vector<uint32_t> moved(steps.size() + 1);
  std::vector<RegexStep> fused;
  for (size_t i = 0; i < steps.size();) {
    const size_t begin = i;
    const auto part = [&](size_t at, RegexOp op) {
      return at < steps.size() && steps[at].op == op && (at == begin || !is_target[at]);
    };
    const size_t run_at = i + part(i, RegexOp::kSlot);
    const bool is_run = run_at < steps.size() && is_fast_run(steps[run_at]) &&
                        (run_at == begin || !is_target[run_at]);
    RegexStep step = steps[is_run ? run_at : i];
    i = (is_run ? run_at : i) + 1;
    if (is_run) {
      step.slot = run_at > begin ? steps[begin].slot : no_slot;
      step.slot_end = part(i, RegexOp::kSlot) ? steps[i++].slot : no_slot;
      std::string_view then;
      char byte = 0;
      if (part(i, RegexOp::kByte)) {
        byte = static_cast<char>(steps[i++].first);
        then = std::string_view(&byte, 1);
      } else if (part(i, RegexOp::kLiteral) && steps[i].max <= 4) {
        then = std::string_view(literals).substr(steps[i].index, steps[i].max);
        ++i;
      }
      step.then_size = static_cast<uint8_t>(then.size());
      for (size_t k = 0; k < then.size(); ++k) {
        step.then |= uint32_t{static_cast<uint8_t>(then[k])} << (8 * k);
        step.then_mask |= uint32_t{0xFF} << (8 * k);
      }
    }
    moved[begin] = static_cast<uint32_t>(fused.size());
    fused.push_back(step);
  }
  moved[steps.size()] = static_cast<uint32_t>(fused.size());
  for (RegexStep& step : fused) step.target = moved[step.target];
  return fused;
}

class Compiler {
 public:
  Compiler(const ParsedPattern& pattern, TextEncoding encoding)
      : pattern_(pattern), utf8_(encoding == TextEncoding::kUtf8) {}

  std::optional<RegexProgram> compile(bool whole) {
    if (pattern_.group_count > kMaxGroups) return std::nullopt;
    program_.slot_count = 2 * (pattern_.group_count + 1);
    Follow accept;
    accept.end = true;
    const bool to_end = whole || pattern_.anchored_end;
    if (!to_end) {
      accept.bytes.set();
      accept.cannot_fail = true;
    }
    const Follow first = before(pattern_.root, accept);
    if (!emit(pattern_.root, accept)) return std::nullopt;
    if (to_end) add(RegexOp::kEnd);
    add(RegexOp::kAccept);
    if (too_long()) return std::nullopt;
    program_.steps =
        fuse_runs(program_.steps, program_.literals, static_cast<uint16_t>(program_.slot_count));
    program_.first = to_byte_set(first.bytes);
    program_.first_is_known = !first.end;
    program_.prefix = prefix_of(pattern_.root);
    return std::move(program_);
  }

 private:
  bool too_long() const { return program_.steps.size() > kMaxSteps; }

  RegexStep& add(RegexOp op) {
    RegexStep step{};
    step.op = op;
    program_.steps.push_back(step);
    return program_.steps.back();
  }

  uint32_t here() const { return static_cast<uint32_t>(program_.steps.size()); }

  static std::string prefix_of(const PatternNode& node) {
    switch (node.kind) {
      case Kind::kLiteral:
        return node.literal;
      case Kind::kConcat:
      case Kind::kGroup:
        return prefix_of(node.children[0]);
      case Kind::kRepeat:
        return node.min > 0 ? prefix_of(node.children[0]) : std::string();
      case Kind::kEmpty:
      case Kind::kSet:
      case Kind::kAlternate:
        return {};
    }
    return {};
  }

  /// False when the pattern cannot be run on one path.
  bool emit(const PatternNode& node, const Follow& after) {
    if (too_long()) return false;
    switch (node.kind) {
      case Kind::kEmpty:
        return true;
      case Kind::kLiteral:
        add_literal(node.literal);
        return true;
      case Kind::kSet:
        add_set(RegexOp::kSet, node.set);
        return true;
      case Kind::kConcat:
        return emit_concat(node, after);
      case Kind::kGroup:
        add(RegexOp::kSlot).slot = static_cast<uint16_t>(2 * node.group);
        if (!emit(node.children[0], after)) return false;
        add(RegexOp::kSlot).slot = static_cast<uint16_t>(2 * node.group + 1);
        return true;
      case Kind::kAlternate:
        return emit_alternate(node, after);
      case Kind::kRepeat:
        return node.children[0].is_single() ? emit_run(node, after) : emit_repeat(node, after);
    }
    return false;
  }

  void add_literal(const std::string& literal) {
    if (literal.size() == 1) {
      add(RegexOp::kByte).first = static_cast<uint8_t>(literal[0]);
      return;
    }
    RegexStep& step = add(RegexOp::kLiteral);
    step.index = static_cast<uint32_t>(program_.literals.size());
    step.max = static_cast<uint32_t>(literal.size());
    program_.literals += literal;
  }

  RegexStep& add_set(RegexOp op, const ByteMask& mask) {
    const ByteSet set = to_byte_set(mask);
    const auto known = std::find_if(program_.sets.begin(), program_.sets.end(), [&](const auto& s) {
      return std::equal(std::begin(s.member), std::end(s.member), std::begin(set.member));
    });
    const auto index = static_cast<uint32_t>(known - program_.sets.begin());
    if (known == program_.sets.end()) program_.sets.push_back(set);
    RegexStep& step = add(op);
    step.index = index;
    step.takes_high = mask.test(0x80);
    step.checks_utf8 = utf8_ && step.takes_high;
    return step;
  }

  bool emit_concat(const PatternNode& node, const Follow& after) {
    std::vector<Follow> afters(node.children.size());
    Follow follow = after;
    for (size_t i = node.children.size(); i-- > 0;) {
      afters[i] = follow;
      follow = before(node.children[i], follow);
    }
    for (size_t i = 0; i < node.children.size(); ++i) {
      if (!emit(node.children[i], afters[i])) return false;
    }
    return true;
  }

  void add_run(const ByteMask& mask, uint32_t min, uint32_t max) {
    if (max == 0) return;
    if (min == 1 && max == 1) {
      add_set(RegexOp::kSet, mask);
      return;
    }
    RegexStep& step = add_set(RegexOp::kRunCounted, mask);
    step.min = min;
    step.max = max;
    if (max != kRegexUnlimited || min > 1) return;
    step.op = RegexOp::kRunTable;
    unsigned first = 0;
    if (mask.count() == 255) {
      while (mask.test(first)) ++first;
      step.op = RegexOp::kRunNotByte;
      step.first = static_cast<uint8_t>(first);
    } else if (!step.takes_high && mask.any()) {
      unsigned last = 0x7F;
      while (!mask.test(first)) ++first;
      while (!mask.test(last)) --last;
      if (mask.count() != last - first + 1) return;
      step.op = RegexOp::kRunRange;
      step.first = static_cast<uint8_t>(first);
      step.span = static_cast<uint8_t>(last - first);
    }
  }

  bool emit_run(const PatternNode& node, const Follow& after) {
    const ByteMask mask = single_set(node.children[0]);
    const bool forced = node.min == node.max || !(mask & after.bytes).any();
    if (forced || (node.greedy && after.cannot_fail)) {
      add_run(mask, node.min, node.max);
      return true;
    }
    if (node.greedy) return false;
    // Lazy: on until the first byte what follows can begin with.
    const ByteMask until = mask & ~after.bytes;
    if (until.test(0x80) != mask.test(0x80)) return false;
    for (unsigned byte = 0x80; byte < 256; ++byte) {
      if (until.test(byte) != until.test(0x80)) return false;
    }
    add_run(mask, node.min, node.min);
    const uint32_t more = node.max == kRegexUnlimited ? kRegexUnlimited : node.max - node.min;
    if (until.any()) add_run(until, 0, more);
    if (!after.cannot_fail) add(RegexOp::kUnsure);
    return true;
  }

  bool emit_repeat(const PatternNode& node, const Follow& after) {
    const PatternNode& body = node.children[0];
    if (body.matches_empty()) return false;
    if (node.min == node.max) {
      if (node.min > kMaxCopies) return false;
      if (node.min == 0) program_.clears_slots = true;  // its groups take no part
      const Follow again = node.min > 1 ? before(body, after) : after;
      for (uint32_t copy = 0; copy < node.min; ++copy) {
        if (!emit(body, copy + 1 < node.min ? again : after)) return false;
      }
      return true;
    }
    if (node.min != 0 || node.max != 1 || !node.greedy) return false;
    const uint32_t attempt = begin_try(body);
    if (attempt == 0) return false;
    if (!emit(body, after)) return false;
    end_try(!after.cannot_fail && before(body, after).meets(after));
    program_.steps[attempt - 1].target = here();
    return true;
  }

  bool emit_alternate(const PatternNode& node, const Follow& after) {
    const size_t count = node.children.size();
    std::vector<Follow> firsts;
    for (const PatternNode& child : node.children) firsts.push_back(before(child, after));
    std::vector<uint32_t> jumps;
    for (size_t i = 0; i + 1 < count; ++i) {
      // An empty branch is taken without a look at what follows.
      bool unsure = !after.cannot_fail && node.children[i].matches_empty();
      for (size_t later = i + 1; later < count && !after.cannot_fail; ++later) {
        unsure |=
            !exclude_each_other(node.children[i], firsts[i], node.children[later], firsts[later]);
      }
      const uint32_t attempt = begin_try(node.children[i]);
      if (attempt == 0) return false;
      if (!emit(node.children[i], after)) return false;
      end_try(unsure);
      jumps.push_back(here());
      add(RegexOp::kJump);
      program_.steps[attempt - 1].target = here();
    }
    if (!emit(node.children[count - 1], after)) return false;
    for (const uint32_t jump : jumps) program_.steps[jump].target = here();
    return true;
  }

  /// 1 + the place of the kTry step, or 0 when they nest too deep.
  uint32_t begin_try(const PatternNode& body) {
    if (open_tries_ == kRegexMaxTries) return 0;
    ++open_tries_;
    uint32_t low = ~uint32_t{0};
    uint32_t high = 0;
    group_range(body, low, high);
    program_.clears_slots = true;
    RegexStep& step = add(RegexOp::kTry);
    if (high != 0) {
      step.slot = static_cast<uint16_t>(2 * low);
      step.slot_end = static_cast<uint16_t>(2 * high + 2);
    }
    return here();
  }

  void end_try(bool unsure) {
    add(RegexOp::kCommit).unsure = unsure;
    --open_tries_;
  }

  static void group_range(const PatternNode& node, uint32_t& low, uint32_t& high) {
    if (node.kind == Kind::kGroup) {
      low = std::min(low, node.group);
      high = std::max(high, node.group);
    }
    for (const PatternNode& child : node.children) group_range(child, low, high);
  }

  const ParsedPattern& pattern_;
  bool utf8_;
  uint32_t open_tries_ = 0;
  RegexProgram program_;
};

}  // namespace

std::optional<RegexProgram> compile_one_pass(const ParsedPattern& pattern, TextEncoding encoding,
                                             bool whole) {
  return Compiler(pattern, encoding).compile(whole);
}

}  // namespace doline
