#include "base/ascii.h"
#include "base/version.h"
#include "column/civil_time.h"
#include "column/value.h"
#include "function/registry.h"
#include "function/session_constants.h"
#include "kernel/calendar.h"
#include "kernel/time_zone.h"

namespace doline {

namespace {

/// One value for every row: what the session fixed when the plan was made.
template <class Read>
Column constant(const KernelCall& call, Read&& read) {
  return Value(call.result_type, read(call.session)).to_column(call.row_count);
}

int64_t local_now(const SessionConstants& session) {
  return utc_to_local(session.zone, session.now_micros);
}

Column now_kernel(const KernelCall& call, std::span<const Column>) {
  return constant(call,
                  [](const SessionConstants& session) { return int128_t{session.now_micros}; });
}
Column local_now_kernel(const KernelCall& call, std::span<const Column>) {
  return constant(call,
                  [](const SessionConstants& session) { return int128_t{local_now(session)}; });
}
Column today_kernel(const KernelCall& call, std::span<const Column>) {
  return constant(
      call, [](const SessionConstants& session) { return int128_t{day_of(local_now(session))}; });
}
Column time_kernel(const KernelCall& call, std::span<const Column>) {
  return constant(
      call, [](const SessionConstants& session) { return int128_t{time_of(local_now(session))}; });
}
Column version_kernel(const KernelCall& call, std::span<const Column>) {
  return constant(call, [](const SessionConstants&) { return "v" + std::string(kVersion); });
}
Column user_kernel(const KernelCall& call, std::span<const Column>) {
  return constant(call, [](const SessionConstants& session) { return session.user; });
}
Column database_kernel(const KernelCall& call, std::span<const Column>) {
  return constant(call, [](const SessionConstants& session) { return session.database; });
}
Column schema_kernel(const KernelCall& call, std::span<const Column>) {
  return constant(call, [](const SessionConstants& session) { return session.schema; });
}

Column schemas_kernel(const KernelCall& call, std::span<const Column>) {
  return Value::nested(call.result_type, {Value::text(call.session.schema)})
      .to_column(call.row_count);
}

// current_setting: what a plan fixes. Other settings are the engine's to answer.

Column time_zone_kernel(const KernelCall& call, std::span<const Column>) {
  return constant(call, [](const SessionConstants& session) { return session.time_zone; });
}
Column integer_division_kernel(const KernelCall& call, std::span<const Column>) {
  return constant(call, [](const SessionConstants& session) { return session.integer_division; });
}

void bind_setting(FunctionBinding& binding) {
  if (!binding.constants[0] || binding.constants[0]->is_null()) {
    throw Error(ErrorCode::kInvalidArgument, binding.span,
                "the name of a setting must be a constant");
  }
  const std::string name = ascii_lower(binding.constants[0]->as_text());
  binding.result = Type::varchar();
  if (name == "timezone") {
    binding.kernel = time_zone_kernel;
  } else if (name == "search_path" || name == "schema") {
    binding.kernel = schema_kernel;
  } else if (name == "integer_division") {
    binding.kernel = integer_division_kernel;
    binding.result = Type::boolean();
  } else {
    throw Error(ErrorCode::kSetting, binding.span, "current_setting does not know \"{}\"",
                binding.constants[0]->as_text())
        .hint("it knows TimeZone, schema and integer_division");
  }
}

void add(FunctionRegistry& registry, std::string name, std::vector<std::string> aliases,
         std::string summary, std::string example, std::string example_result, TypeRef type,
         ScalarKernel kernel) {
  registry.add({std::move(name),
                std::move(aliases),
                "session",
                std::move(summary),
                std::move(example),
                std::move(example_result),
                {{.parameters = {}, .result = type, .kernel = kernel, .nulls = Nulls::kHandled}}});
}

}  // namespace

void register_session_functions(FunctionRegistry& registry) {
  const TypeRef text = Type::varchar();
  add(registry, "now", {"current_timestamp", "get_current_timestamp", "transaction_timestamp"},
      "The instant at which the query began.", "typeof(now())", "TIMESTAMP WITH TIME ZONE",
      Type::timestamp_tz(), now_kernel);
  add(registry, "current_localtimestamp", {"localtimestamp"},
      "What the session's clocks showed when the query began.", "typeof(current_localtimestamp())",
      "TIMESTAMP", Type::timestamp(), local_now_kernel);
  add(registry, "today", {"current_date"}, "The day on which the query began.", "typeof(today())",
      "DATE", Type::date(), today_kernel);
  add(registry, "get_current_time", {"current_time", "current_localtime", "localtime"},
      "The time of day at which the query began.", "typeof(get_current_time())", "TIME",
      Type::time(), time_kernel);
  add(registry, "version", {}, "Doline's version.", "version() LIKE 'v%'", "true", text,
      version_kernel);
  add(registry, "current_user", {"user", "session_user", "current_role"}, "The session's user.",
      "current_user()", "doline", text, user_kernel);
  add(registry, "current_database", {"current_catalog"},
      "The database that names are looked up in.", "current_database()", "memory", text,
      database_kernel);
  add(registry, "current_schema", {}, "The schema that names are looked up in.", "current_schema()",
      "main", text, schema_kernel);
  registry.add(
      {"current_schemas",
       {},
       "session",
       "The schemas that names are looked up in.",
       "current_schemas(true)",
       "[main]",
       {{.parameters = {Type::boolean()}, .result = Type::list(text), .kernel = schemas_kernel}}});
  registry.add({"current_setting",
                {},
                "session",
                "The value of a setting that results depend on.",
                "current_setting('TimeZone')",
                "UTC",
                {{.parameters = {text}, .result = TypePattern::any(), .bind = bind_setting}}});
}

}  // namespace doline
