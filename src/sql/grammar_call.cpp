#include "sql/compare.h"
#include "sql/grammar.h"

namespace doline::sql {

namespace {

bool is_unqualified_star(const Argument& argument) {
  const auto* star = argument.value->get_if<Star>();
  return argument.name.empty() && star != nullptr && star->qualifier.empty() &&
         star->exclude.empty() && star->replace.empty() && star->rename.empty() &&
         star->filter == nullptr;
}

}  // namespace

ExpressionRef Grammar::call_rest(QualifiedName function, ExpressionRef receiver, uint32_t begin) {
  auto node = std::make_shared<FunctionCall>();
  node->name = std::move(function);
  std::string& text = node->name.back().text;
  text = lower_name(text);
  if (receiver != nullptr) node->arguments.push_back({{}, std::move(receiver)});
  tokens_.expect("(");
  if (tokens_.accept(Keyword::kDistinct)) {
    node->distinct = true;
  } else {
    tokens_.accept(Keyword::kAll);
  }
  const auto at_arguments_end = [&] {
    return tokens_.at(")") || tokens_.at(Keyword::kOrder) ||
           (tokens_.at(Keyword::kNulls, 1) &&
            (tokens_.at(Keyword::kIgnore) || tokens_.at(Keyword::kRespect)));
  };
  if (!at_arguments_end()) list([&] { node->arguments.push_back(argument()); }, at_arguments_end);
  if (tokens_.at(Keyword::kOrder)) node->order_by = order_items();
  if (tokens_.accept(Keyword::kIgnore, Keyword::kNulls)) node->nulls = NullTreatment::kIgnore;
  if (tokens_.accept(Keyword::kRespect, Keyword::kNulls)) node->nulls = NullTreatment::kRespect;
  if (!tokens_.accept(")")) tokens_.fail("\",\" or \")\"");

  // The spellings that DuckDB's grammar folds into others.
  const auto& arguments = node->arguments;
  const SourceSpan span = tokens_.since(begin);
  if (node->name.size() == 1) {
    if (text == "try" && arguments.size() == 1 && arguments[0].name.empty()) {
      auto attempt = std::make_shared<Try>();
      attempt->input = arguments[0].value;
      return finish(std::move(attempt), span);
    }
    if (text == "date" && arguments.size() == 1 && arguments[0].name.empty()) {
      return cast(arguments[0].value, type_name("DATE", node->name[0].span), false, span);
    }
    if (text == "count" && !node->distinct &&
        (arguments.empty() || (arguments.size() == 1 && is_unqualified_star(arguments[0])))) {
      text = "count_star";
      node->arguments.clear();
    }
    if (text == "ifnull" && arguments.size() == 2) text = "coalesce";
    if (text == "grouping_id") text = "grouping";
  }
  call_modifiers(*node);
  return finish(std::move(node), tokens_.since(begin));
}

Argument Grammar::argument() {
  Argument result;
  if (at_name(NameRole::kLabel) && (tokens_.at(":=", 1) || tokens_.at("=>", 1))) {
    result.name = name(NameRole::kLabel, "the name of an argument");
    tokens_.take();
  }
  result.value = expression();
  return result;
}

std::vector<Argument> Grammar::arguments() {
  std::vector<Argument> result;
  tokens_.expect("(");
  if (tokens_.accept(")")) return result;
  list_until(")", [&] { result.push_back(argument()); });
  return result;
}

void Grammar::call_modifiers(FunctionCall& node) {
  if (tokens_.at(Keyword::kWithin) && tokens_.at(Keyword::kGroup, 1)) {
    tokens_.take();
    tokens_.take();
    tokens_.expect("(");
    node.within_group = true;
    node.order_by = order_items();
    tokens_.expect(")");
  }
  if (tokens_.at(Keyword::kFilter) && tokens_.at("(", 1)) {
    tokens_.take();
    tokens_.take();
    tokens_.accept(Keyword::kWhere);
    node.filter = expression();
    tokens_.expect(")");
  }
  // The standard's place for it. Without OVER behind it, it belongs to the call around this one:
  // lag(f(x) IGNORE NULLS).
  if (tokens_.at(Keyword::kNulls, 1) && tokens_.at(Keyword::kOver, 2)) {
    if (tokens_.accept(Keyword::kIgnore, Keyword::kNulls)) node.nulls = NullTreatment::kIgnore;
    if (tokens_.accept(Keyword::kRespect, Keyword::kNulls)) node.nulls = NullTreatment::kRespect;
  }
  if (!tokens_.at(Keyword::kOver)) return;
  if (!tokens_.at("(", 1) && !at_name(NameRole::kColumn, 1)) return;
  tokens_.take();
  if (tokens_.at("(")) {
    node.over = window_specification();
  } else {
    auto window = std::make_shared<WindowSpecification>();
    window->base = name(NameRole::kColumn, "a window");
    node.over = std::move(window);
  }
}

std::vector<OrderItem> Grammar::order_items() {
  std::vector<OrderItem> items;
  tokens_.expect(Keyword::kOrder);
  tokens_.expect(Keyword::kBy);
  list(
      [&] {
        OrderItem item;
        const uint32_t begin = tokens_.begin();
        if (tokens_.accept(Keyword::kAll)) {
          item.expression = finish(std::make_shared<Star>(), tokens_.since(begin));
        } else {
          item.expression = expression();
        }
        if (tokens_.accept(Keyword::kAsc)) {
          item.direction = SortDirection::kAscending;
        } else if (tokens_.accept(Keyword::kDesc)) {
          item.direction = SortDirection::kDescending;
        }
        if (tokens_.accept(Keyword::kNulls)) {
          if (tokens_.accept(Keyword::kFirst)) {
            item.nulls = NullOrder::kFirst;
          } else if (tokens_.accept(Keyword::kLast)) {
            item.nulls = NullOrder::kLast;
          } else {
            tokens_.fail("FIRST or LAST behind NULLS");
          }
        }
        items.push_back(std::move(item));
      },
      [&] { return at_list_end() || at_frame(); });
  return items;
}

bool Grammar::at_frame() const {
  if (!tokens_.at(Keyword::kRows) && !tokens_.at(Keyword::kRange) && !tokens_.at(Keyword::kGroups))
    return false;
  // The three words are names as well: range(3) is a call.
  return !tokens_.at("(", 1) && !tokens_.at(".", 1) && !tokens_.at(",", 1);
}

WindowRef Grammar::window_specification() {
  const Nesting nesting(*this);
  tokens_.expect("(");
  auto window = std::make_shared<WindowSpecification>();
  const bool at_clause = tokens_.at(Keyword::kPartition) || at_frame();
  if (!at_clause && at_name(NameRole::kColumn)) {
    tokens_.note_implicit_name(tokens_.peek());  // "OVER (PARTITON BY": taken for a window's name
    window->base = name(NameRole::kColumn, "a window");
  }
  if (tokens_.accept(Keyword::kPartition)) {
    tokens_.expect(Keyword::kBy);
    list([&] { window->partition_by.push_back(expression()); },
         [&] { return tokens_.at(")") || tokens_.at(Keyword::kOrder) || at_frame(); });
  }
  if (tokens_.at(Keyword::kOrder)) window->order_by = order_items();
  window_frame(*window);
  if (!tokens_.accept(")")) tokens_.fail("\")\" at the end of the window");
  return window;
}

void Grammar::window_frame(WindowSpecification& window) {
  if (tokens_.accept(Keyword::kRows)) {
    window.unit = FrameUnit::kRows;
  } else if (tokens_.accept(Keyword::kRange)) {
    window.unit = FrameUnit::kRange;
  } else if (tokens_.accept(Keyword::kGroups)) {
    window.unit = FrameUnit::kGroups;
  } else {
    return;
  }
  const bool has_end = tokens_.accept(Keyword::kBetween);
  uint32_t begin = tokens_.begin();
  window.start = frame_bound();
  const auto refuse = [&](const char* what) {
    throw Error(ErrorCode::kSyntax, tokens_.since(begin), "{}", what);
  };
  if (window.start.edge == FrameEdge::kUnboundedFollowing)
    refuse("a frame cannot start at UNBOUNDED FOLLOWING");
  if (has_end) {
    tokens_.expect(Keyword::kAnd);
    begin = tokens_.begin();
    window.end = frame_bound();
    if (window.end.edge == FrameEdge::kUnboundedPreceding)
      refuse("a frame cannot end at UNBOUNDED PRECEDING");
  }
  // Edges are listed from the first to the last.
  if (window.end.edge < window.start.edge) {
    refuse(window.start.edge == FrameEdge::kCurrentRow
               ? "a frame that starts at the current row cannot end before it"
           : has_end
               ? "a frame that starts behind the current row cannot end before that"
               : "a frame without an end goes to the current row, and cannot start behind it");
  }
  if (!tokens_.accept(Keyword::kExclude)) return;
  if (tokens_.accept(Keyword::kCurrent)) {
    tokens_.expect(Keyword::kRow);
    window.exclusion = FrameExclusion::kCurrentRow;
  } else if (tokens_.accept(Keyword::kGroup)) {
    window.exclusion = FrameExclusion::kGroup;
  } else if (tokens_.accept(Keyword::kTies)) {
    window.exclusion = FrameExclusion::kTies;
  } else if (tokens_.accept(Keyword::kNo)) {
    tokens_.expect(Keyword::kOthers);
  } else {
    tokens_.fail("CURRENT ROW, GROUP, TIES or NO OTHERS");
  }
}

FrameBound Grammar::frame_bound() {
  FrameBound bound;
  if (tokens_.accept(Keyword::kCurrent, Keyword::kRow)) {
    bound.edge = FrameEdge::kCurrentRow;
    return bound;
  }
  const bool unbounded =
      (tokens_.at(Keyword::kPreceding, 1) || tokens_.at(Keyword::kFollowing, 1)) &&
      tokens_.accept(Keyword::kUnbounded);
  // AND is between the bounds, not inside one.
  if (!unbounded) bound.distance = binary(Level::kOther);
  if (tokens_.accept(Keyword::kPreceding)) {
    bound.edge = unbounded ? FrameEdge::kUnboundedPreceding : FrameEdge::kPreceding;
  } else if (tokens_.accept(Keyword::kFollowing)) {
    bound.edge = unbounded ? FrameEdge::kUnboundedFollowing : FrameEdge::kFollowing;
  } else {
    tokens_.fail("PRECEDING or FOLLOWING");
  }
  return bound;
}

}  // namespace doline::sql
