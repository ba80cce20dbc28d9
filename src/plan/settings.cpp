#include "plan/settings.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/ascii.h"
#include "base/error.h"
#include "base/executor.h"
#include "kernel/time_zone.h"
#include "memory/budget.h"

namespace doline {

namespace {

uint64_t integer_of(const Value& value, std::string_view name, uint64_t lowest, uint64_t highest) {
  int128_t number = -1;
  if (!value.is_null() && value.type()->is_integer()) {
    number = value.as_integer();
  } else if (!value.is_null() && value.type()->is_string()) {
    const std::string& text = value.as_text();
    int64_t parsed = -1;
    if (std::from_chars(text.data(), text.data() + text.size(), parsed).ptr ==
        text.data() + text.size())
      number = parsed;
  }
  if (number < int128_t{lowest} || number > int128_t{highest}) {
    throw Error(ErrorCode::kSetting, "{} takes a whole number from {} to {}, not {}", name, lowest,
                highest, value.to_literal());
  }
  return static_cast<uint64_t>(number);
}

bool flag_of(const Value& value, std::string_view name) {
  if (!value.is_null()) {
    if (value.type()->is(TypeKind::kBool)) return value.as_bool();
    const std::string text = ascii_lower(value.to_string());
    if (text == "true" || text == "1" || text == "on" || text == "yes") return true;
    if (text == "false" || text == "0" || text == "off" || text == "no") return false;
  }
  throw Error(ErrorCode::kSetting, "{} takes true or false, not {}", name, value.to_literal());
}

uint64_t bytes_of(const Value& value) {
  if (!value.is_null() && value.type()->is_integer() && value.as_integer() > 0) {
    return static_cast<uint64_t>(value.as_integer());
  }
  return parse_byte_size(value.is_null() ? "" : value.to_string());
}

/// With less not even what statements begin with fits.
constexpr uint64_t kLeastMemoryBytes = uint64_t{1} << 20;

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (char c : text + ",") {
    if (c == ',') {
      if (!word.empty()) words.push_back(word);
      word.clear();
    } else if (c != ' ') {
      word += c;
    }
  }
  return words;
}

std::string flag_text(bool flag) { return flag ? "true" : "false"; }

const std::vector<SettingDeclaration> kSettings = {
    {"memory_limit", "VARCHAR", "How much memory all queries together may use.",
     "SET memory_limit = '256MB'",
     [](Settings& s, const Value& v) {
       const uint64_t bytes = bytes_of(v);
       if (bytes != 0 && bytes < kLeastMemoryBytes) {
         throw Error(ErrorCode::kSetting, "memory_limit must be at least {}, and {} is less",
                     format_byte_size(kLeastMemoryBytes), format_byte_size(bytes));
       }
       s.memory_limit_bytes = bytes;
     },
     [](const Settings& s) {
       return format_byte_size(s.memory_limit_bytes ? s.memory_limit_bytes
                                                    : granted_memory_bytes() / 10 * 8);
     }},
    {"threads", "BIGINT", "How many cores a query may use.", "SET threads = 2",
     [](Settings& s, const Value& v) { s.threads = integer_of(v, "threads", 1, 1024); },
     [](const Settings& s) {
       return std::to_string(s.threads ? s.threads : Executor::available_cores());
     }},
    {"temp_directory", "VARCHAR",
     "Where queries spill to; empty for a private directory under the system's.",
     "SET temp_directory = '/var/tmp'",
     [](Settings& s, const Value& v) { s.temp_directory = v.is_null() ? "" : v.to_string(); },
     [](const Settings& s) { return s.temp_directory; }},
    {"max_temp_directory_size", "VARCHAR",
     "How much disk spilling may use; 0 for nine tenths of what is free.",
     "SET max_temp_directory_size = '10GB'",
     [](Settings& s, const Value& v) { s.max_temp_directory_bytes = bytes_of(v); },
     [](const Settings& s) { return format_byte_size(s.max_temp_directory_bytes); }},
    {"TimeZone", "VARCHAR", "The zone that zoned timestamps are shown and read in.",
     "SET TimeZone = 'Europe/Berlin'",
     [](Settings& s, const Value& v) {
       const std::string name = v.is_null() ? "" : v.to_string();
       if (!find_zone(name)) {
         throw Error(ErrorCode::kSetting, "no time zone {}", v.to_literal())
             .hint("zones are named like 'Europe/Berlin'");
       }
       s.time_zone = name;
     },
     [](const Settings& s) { return s.time_zone; }},
    {"integer_division", "BOOLEAN", "Whether / on integers gives an integer.",
     "SET integer_division = true",
     [](Settings& s, const Value& v) { s.integer_division = flag_of(v, "integer_division"); },
     [](const Settings& s) { return flag_text(s.integer_division); }},
    {"default_null_order", "VARCHAR", "Where NULLs sort: nulls_last or nulls_first.",
     "SET default_null_order = 'nulls_first'",
     [](Settings& s, const Value& v) {
       std::string order = ascii_lower(v.is_null() ? "" : v.to_string());
       std::replace(order.begin(), order.end(), ' ', '_');
       if (order != "nulls_last" && order != "nulls_first") {
         throw Error(ErrorCode::kSetting,
                     "default_null_order takes 'nulls_last' or 'nulls_first', not {}",
                     v.to_literal());
       }
       s.default_null_order = order;
     },
     [](const Settings& s) { return s.default_null_order; }},
    {"preserve_insertion_order", "BOOLEAN",
     "Taken for scripts that set it; rows keep the order they were read in either way.",
     "SET preserve_insertion_order = false",
     [](Settings& s, const Value& v) {
       s.preserve_insertion_order = flag_of(v, "preserve_insertion_order");
     },
     [](const Settings& s) { return flag_text(s.preserve_insertion_order); }},
    {"chunk_size", "BIGINT", "Rows a chunk holds at most; for tests.", "SET chunk_size = 2",
     [](Settings& s, const Value& v) {
       s.chunk_size = static_cast<uint32_t>(integer_of(v, "chunk_size", 1, kChunkRows));
     },
     [](const Settings& s) { return std::to_string(s.chunk_size); }},
    {"force_spill", "BOOLEAN", "Whether everything that can spill does; for tests.",
     "SET force_spill = true",
     [](Settings& s, const Value& v) { s.force_spill = flag_of(v, "force_spill"); },
     [](const Settings& s) { return flag_text(s.force_spill); }},
    {"verify_plans", "BOOLEAN",
     "Whether trees and plans go through their bytes and back; for tests.",
     "SET verify_plans = true",
     [](Settings& s, const Value& v) { s.verify_plans = flag_of(v, "verify_plans"); },
     [](const Settings& s) { return flag_text(s.verify_plans); }},
    {"scheduling_seed", "BIGINT",
     "From which the order of a query's steps is drawn, one at a time; 0 for steps on threads, as "
     "they come; for tests.",
     "SET scheduling_seed = 7",
     [](Settings& s, const Value& v) {
       s.scheduling_seed = integer_of(v, "scheduling_seed", 0, INT64_MAX);
     },
     [](const Settings& s) { return std::to_string(s.scheduling_seed); }},
    {"disabled_optimizers", "VARCHAR",
     "Optimizer passes to leave out, with commas between, or 'all'.",
     "SET disabled_optimizers = 'filter_pushdown,join_order'",
     [](Settings& s, const Value& v) {
       s.disabled_optimizers = words_of(v.is_null() ? "" : ascii_lower(v.to_string()));
     },
     [](const Settings& s) {
       std::string text;
       for (const auto& name : s.disabled_optimizers) text += (text.empty() ? "" : ",") + name;
       return text;
     }},
    {"force_aggregate", "VARCHAR",
     "The form of aggregation to use: array, local or partitioned; for tests.",
     "SET force_aggregate = 'partitioned'",
     [](Settings& s, const Value& v) {
       const std::string form = ascii_lower(v.is_null() ? "" : v.to_string());
       if (!form.empty() && form != "array" && form != "local" && form != "partitioned") {
         throw Error(ErrorCode::kSetting, "force_aggregate takes array, local, partitioned or ''");
       }
       s.force_aggregate = form;
     },
     [](const Settings& s) { return s.force_aggregate; }},
};

}  // namespace

bool Settings::optimizer_disabled(std::string_view pass) const {
  return std::any_of(disabled_optimizers.begin(), disabled_optimizers.end(),
                     [&](const std::string& name) { return name == pass || name == "all"; });
}

const SettingDeclaration* find_setting(std::string_view name) {
  for (const auto& setting : kSettings) {
    if (equal_ignoring_case(setting.name, name)) return &setting;
  }
  return nullptr;
}

const std::vector<SettingDeclaration>& all_settings() { return kSettings; }

void no_such_setting(std::string_view name, SourceSpan span) {
  std::vector<std::string> known;
  for (const auto& declared : kSettings) known.emplace_back(declared.name);
  const std::string near = nearest_name(std::string(name), known);
  throw Error(ErrorCode::kSetting, span, "no setting \"{}\"", name)
      .hint(near.empty() ? fmt::format("the settings are {}", fmt::join(known, ", "))
                         : "did you mean " + near + "?");
}

uint64_t parse_byte_size(std::string_view text) {
  const auto bad = [&] {
    return Error(ErrorCode::kSetting, "\"{}\" is not a size", text)
        .hint("write sizes like '512MB', '1.5 GiB' or '80%'");
  };
  const size_t digits = text.find_first_not_of("0123456789.");
  double number = 0;
  const char* end = text.data() + std::min(digits, text.size());
  if (std::from_chars(text.data(), end, number).ptr != end || end == text.data()) throw bad();
  std::string unit = ascii_lower(digits == std::string_view::npos ? "" : text.substr(digits));
  std::erase(unit, ' ');
  double factor = 0;
  if (unit.empty() || unit == "b" || unit == "bytes") factor = 1;
  if (unit == "kb" || unit == "k") factor = 1e3;
  if (unit == "mb" || unit == "m") factor = 1e6;
  if (unit == "gb" || unit == "g") factor = 1e9;
  if (unit == "tb" || unit == "t") factor = 1e12;
  if (unit == "kib") factor = 1024;
  if (unit == "mib") factor = 1024.0 * 1024;
  if (unit == "gib") factor = 1024.0 * 1024 * 1024;
  if (unit == "tib") factor = 1024.0 * 1024 * 1024 * 1024;
  if (unit == "%") factor = static_cast<double>(granted_memory_bytes()) / 100;
  if (factor == 0 || number < 0 || number * factor >= 1e18) throw bad();
  return static_cast<uint64_t>(std::llround(number * factor));
}

std::string format_byte_size(uint64_t bytes) {
  static constexpr const char* kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  auto number = static_cast<double>(bytes);
  size_t unit = 0;
  while (number >= 1024 && unit < 4) {
    number /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} bytes", bytes)
                   : fmt::format("{:.1f} {}", number, kUnits[unit]);
}

}  // namespace doline
