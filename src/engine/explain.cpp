// EXPLAIN: the plan, or the profile of the statement carried out, in the format that is asked for.
#include "bind/scope.h"
#include "engine/statements.h"

namespace doline {

std::unique_ptr<Query> StatementRunner::explain(const sql::Explain& node) {
  const ProfileFormat format = explain_format(node);
  PlanRef plan = plan_of(*node.statement);
  if (!plan) {
    if (const auto* create = node.statement->get_if<sql::CreateTable>(); create && create->query) {
      plan = bind_query(*create->query, session_, parameters_);
    } else {
      throw Error(ErrorCode::kNotSupported, node.statement->span,
                  "this statement has no plan to explain");
    }
  }
  QueryProfile profile;
  if (node.analyze) {
    auto query = start(std::move(plan));
    try {
      while (query->next()) {
      }
    } catch (const Error&) {
      may_start_over_ = query->may_start_over();
      throw;
    }
    profile = query->profile();
  } else {
    plan = finished(std::move(plan));
    profile = profile_of(plan, expected_);
  }
  const SourceSpan span = node.statement->span;
  if (span.end <= prepared_.text.size() && span.begin < span.end)
    profile.statement = prepared_.text.substr(span.begin, span.end - span.begin);
  std::vector<Chunk> rows;
  rows.emplace_back(
      std::vector<Column>{
          Value::text(node.analyze ? "analyzed_plan" : "physical_plan").to_column(1).flatten(),
          Value::text(profile_as(format, profile)).to_column(1).flatten()},
      1);
  return std::make_unique<Query>(
      Schema{{"explain_key", Type::varchar()}, {"explain_value", Type::varchar()}},
      std::move(rows));
}

ProfileFormat StatementRunner::explain_format(const sql::Explain& node) const {
  std::optional<ProfileFormat> format;
  for (const auto& option : node.options) {
    const SourceSpan span = option.name.span;
    if (folded(option.name.text) != "format") {
      throw Error(ErrorCode::kNotSupported, span, "EXPLAIN has no option \"{}\"", option.name.text)
          .hint("ANALYZE, and FORMAT text, json or html");
    }
    if (format) throw Error(ErrorCode::kInvalidArgument, span, "FORMAT is given more than once");
    if (option.values.size() != 1) {
      throw Error(ErrorCode::kInvalidArgument, span, "FORMAT takes one name")
          .hint("text, json or html");
    }
    const std::string name = bind_option(option.values, session_, parameters_).to_string();
    format = profile_format_named(folded(name));
    if (!format) {
      throw Error(ErrorCode::kInvalidArgument, option.values[0]->span,
                  "EXPLAIN has no format \"{}\"", name)
          .hint("text, json or html");
    }
  }
  return format.value_or(ProfileFormat::kText);
}

}  // namespace doline
