#pragma once

#include "function/registry.h"

namespace doline {

// The files of register_date_functions().
void register_date_parts(FunctionRegistry& registry);       // year, date_part, epoch, dayname …
void register_date_truncation(FunctionRegistry& registry);  // date_trunc, time_bucket, last_day
void register_date_spans(FunctionRegistry& registry);       // date_diff, date_sub, age
void register_date_arithmetic(FunctionRegistry& registry);  // +, -, *, / on dates and intervals
void register_date_makers(FunctionRegistry& registry);      // make_date, to_days, epoch_ms …
void register_date_formats(FunctionRegistry& registry);     // strftime, strptime
void register_time_zones(FunctionRegistry& registry);       // timezone

}  // namespace doline
