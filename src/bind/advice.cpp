#include "bind/advice.h"

#include "sql/print.h"

namespace doline {

Error no_such_table(const std::string& name, SourceSpan span,
                    const std::vector<std::string>& known) {
  constexpr size_t kFew = 12;
  Error error(ErrorCode::kTableNotFound, span, "no table \"{}\"", name);
  const std::string near = nearest_name(name, known);
  if (!near.empty()) return std::move(error).hint("did you mean \"" + near + "\"?");
  if (!known.empty() && known.size() <= kFew)
    error.add_note(fmt::format("the tables are {}", fmt::join(known, ", ")));
  return error;
}

const sql::Expression& behind_arrow(const sql::Expression& input, const sql::Expression& right) {
  const auto* comparison = right.get_if<sql::Comparison>();
  if (!comparison) return right;
  throw Error(ErrorCode::kTypeMismatch, right.span,
              "-> takes all that stands behind it, and a member is no comparison")
      .hint(fmt::format("compare what it gives: ({} -> {})", sql::to_sql(input),
                        sql::to_sql(*comparison->left)));
}

}  // namespace doline
