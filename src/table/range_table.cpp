// range(…) and generate_series(…) in FROM.
#include <algorithm>
#include <limits>

#include "table/rows_by_number.h"
#include "table/table_function.h"

namespace doline {

namespace {

/// The number at `row`. In unsigned arithmetic: on the way from one end of BIGINT to the other,
/// products and the number behind the last one leave its bounds.
int64_t number_at(int64_t start, int64_t step, uint64_t row) {
  return static_cast<int64_t>(static_cast<uint64_t>(start) + static_cast<uint64_t>(step) * row);
}

int64_t integer_of(const Value& value, const TableFunctionCall& call) {
  if (value.is_null() || !value.type()->is_integer()) {
    throw Error(ErrorCode::kTypeMismatch, call.span, "{} takes whole numbers", call.name);
  }
  return static_cast<int64_t>(value.as_integer());
}

class RangeRows final : public RowsByNumber {
 public:
  RangeRows(int64_t start, int64_t step, uint64_t count)
      : start_(start), step_(step), count_(count) {}

  std::vector<uint64_t> part_rows() const override { return {count_}; }
  Column column(uint32_t, uint32_t, uint64_t begin, uint32_t count,
                const Selection&) const override {
    BufferRef values = Buffer::allocate(count * sizeof(int64_t));
    for (uint32_t row = 0; row < count; ++row)
      values->as<int64_t>()[row] = number_at(start_, step_, begin + row);
    return Column::flat(Type::int64(), count, std::move(values));
  }

 private:
  const int64_t start_;
  const int64_t step_;
  const uint64_t count_;
};

/// start, start + step, … : `count` numbers in one BIGINT column.
class RangeTable final : public Table {
 public:
  RangeTable(std::string name, int64_t start, int64_t step, uint64_t count)
      : name_(std::move(name)),
        schema_{{name_, Type::int64()}},
        start_(start),
        step_(step),
        count_(count) {}

  const Schema& schema() const override { return schema_; }
  std::string name() const override { return name_; }
  TableStatistics statistics() const override {
    TableStatistics statistics;
    statistics.row_count = count_;
    statistics.is_exact = true;
    statistics.columns.resize(1);
    if (count_ > 0) {
      const Value first = Value::integer(start_);
      const Value last = Value::integer(number_at(start_, step_, count_ - 1));
      statistics.columns[0] = {step_ > 0 ? first : last, step_ > 0 ? last : first, 0, count_};
    }
    return statistics;
  }
  TableDescriptor descriptor() const override {
    return {"range",
            {{"name", name_},
             {"start", std::to_string(start_)},
             {"step", std::to_string(step_)},
             {"count", std::to_string(count_)}}};
  }
  std::string describe() const override { return fmt::format("{} of {} rows", name_, count_); }
  std::unique_ptr<Scan> scan(ScanRequest request, QueryContext& context) const override {
    return scan_by_number(std::make_shared<const RangeRows>(start_, step_, count_),
                          std::move(request), context);
  }

  static TableRef reopen(const TableDescriptor& descriptor, const AccessPolicy&) {
    const auto& parameters = descriptor.parameters;
    const auto number = [&](const char* key) {
      const auto found = parameters.find(key);
      if (found == parameters.end())
        throw Error(ErrorCode::kCorrupt, "plan bytes: a range without {}", key);
      return std::strtoll(found->second.c_str(), nullptr, 10);
    };
    const auto name = parameters.find("name");
    return make_ref<const RangeTable>(name == parameters.end() ? "range" : name->second,
                                      number("start"), number("step"),
                                      static_cast<uint64_t>(number("count")));
  }

 private:
  const std::string name_;
  const Schema schema_;
  const int64_t start_;
  const int64_t step_;
  const uint64_t count_;
};

TableRef open_range(const TableFunctionCall& call, bool inclusive) {
  if (call.arguments.empty() || call.arguments.size() > 3 || !call.options.empty()) {
    throw Error(ErrorCode::kInvalidArgument, call.span,
                "{} takes an end, or start and end, or start, end and step", call.name);
  }
  const bool only_end = call.arguments.size() == 1;
  const int64_t start = only_end ? 0 : integer_of(call.arguments[0], call);
  const int64_t stop = integer_of(call.arguments[only_end ? 0 : 1], call);
  const int64_t step = call.arguments.size() == 3 ? integer_of(call.arguments[2], call) : 1;
  if (step == 0)
    throw Error(ErrorCode::kInvalidArgument, call.span, "{}: the step cannot be 0", call.name);
  const int128_t distance = step > 0 ? int128_t{stop} - start : int128_t{start} - stop;
  const int128_t stride = step > 0 ? int128_t{step} : -int128_t{step};
  int128_t count = 0;
  if (distance > 0) count = (distance + stride - 1) / stride;
  if (inclusive && distance >= 0 && distance % stride == 0) ++count;
  if (count > std::numeric_limits<int64_t>::max()) {
    throw Error(ErrorCode::kOverflow, call.span, "{} of more than {} rows", call.name,
                std::numeric_limits<int64_t>::max());
  }
  return make_ref<const RangeTable>(call.name, start, step, static_cast<uint64_t>(count));
}

const bool kRegistered = [] {
  register_table_kind("range", &RangeTable::reopen);
  return true;
}();

}  // namespace

void register_range_functions(std::vector<TableFunction>& all) {
  (void)kRegistered;
  all.push_back({"range",
                 {},
                 "Whole numbers from start up to, but without, the end.",
                 "FROM range(3)",
                 [](const TableFunctionCall& call, const TableFunctionContext&) {
                   return open_range(call, false);
                 },
                 {}});
  all.push_back({"generate_series",
                 {},
                 "Whole numbers from start to the end, the end included.",
                 "FROM generate_series(1, 3)",
                 [](const TableFunctionCall& call, const TableFunctionContext&) {
                   return open_range(call, true);
                 },
                 {}});
}

}  // namespace doline
