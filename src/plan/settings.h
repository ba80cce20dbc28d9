#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "column/value.h"
#include "function/session_constants.h"

namespace doline {

/// What SET changes. A session has one; a plan carries a copy, so that a running query never
/// sees a change. Declared once in settings.cpp, from which SET, current_setting, the
/// documentation and completion come.
struct Settings {
  uint64_t memory_limit_bytes = 0;        // 0: 80 % of what the machine grants
  uint64_t threads = 0;                   // 0: as many as the machine grants
  std::string temp_directory;             // empty: a private one under the system's
  uint64_t max_temp_directory_bytes = 0;  // 0: nine tenths of what the disk has free
  std::string time_zone = "UTC";
  bool integer_division = false;
  std::string default_null_order = "nulls_last";
  bool preserve_insertion_order = true;
  // For tests:
  uint32_t chunk_size = 2048;
  bool force_spill = false;
  bool verify_plans = false;
  uint64_t scheduling_seed = 0;                  // 0: as threads come
  std::vector<std::string> disabled_optimizers;  // names, or "all"
  std::string force_aggregate;                   // "", array, local, partitioned

  bool optimizer_disabled(std::string_view pass) const;
  /// Whether filters change places while a query runs: what optimizer passes have no part in.
  bool adapts_filter_order() const { return !optimizer_disabled(kFilterOrder); }

  static constexpr std::string_view kFilterOrder = "filter_order";
};

struct SettingDeclaration {
  std::string_view name;
  std::string_view type;
  std::string_view summary;
  std::string_view example;
  void (*set)(Settings&, const Value&);  // throws Error(kSetting)
  std::string (*get)(const Settings&);
};
/// Case-insensitive; null when unknown.
const SettingDeclaration* find_setting(std::string_view name);
const std::vector<SettingDeclaration>& all_settings();
/// Error(kSetting) with what may have been meant.
[[noreturn]] void no_such_setting(std::string_view name, SourceSpan span);

/// "256MB", "1.5 GiB", "80%" (of what the machine grants), "512 KB" in bytes; Error(kSetting).
uint64_t parse_byte_size(std::string_view text);
std::string format_byte_size(uint64_t bytes);

}  // namespace doline
