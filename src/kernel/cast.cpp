#include "kernel/cast.h"

#include <fmt/format.h>

#include "base/error.h"
#include "kernel/cast_job.h"
#include "kernel/json/json_cast.h"

namespace doline {

namespace {

constexpr size_t kShownBytes = 80;  // of a value in a message

/// A constant is cast once; its one row stands for the first active one.
class ConstantFailures final : public CastFailures {
 public:
  ConstantFailures(CastFailures& failures, const Selection& active)
      : failures_(failures), active_(active) {}
  void fail(uint32_t, std::string message) override {
    if (wants_messages()) {
      failures_.fail(active_[0], std::move(message));
    } else {
      active_.for_each([&](uint32_t row) { failures_.fail(row, {}); });
    }
  }
  bool wants_messages() const override { return failures_.wants_messages(); }

 private:
  CastFailures& failures_;
  const Selection& active_;
};

bool is_number(TypeRef type) { return type->is_numeric() || type->is(TypeKind::kBool); }

Column cast_flat(const CastJob& job) {
  const TypeRef from = job.input.type();
  const TypeRef to = job.target;
  if (from->is(TypeKind::kJson)) {
    if (to->is(TypeKind::kVarchar)) return job.input.with_type(to);
    // Under TRY_CAST what does not fit inside of a value is NULL there, not the value as a whole.
    const bool is_lenient = to->is_nested() && !job.failures.wants_messages();
    return json_to_column(job.input, to, job.active, job.zone, job.failures,
                          is_lenient ? JsonStrictness::kLenient : JsonStrictness::kExact);
  }
  if (to->is(TypeKind::kJson)) {
    return from->is(TypeKind::kVarchar) ? text_to_json(job.input, job.active, job.failures)
                                        : column_to_json(job.input, job.active, job.zone);
  }
  if (to->is(TypeKind::kVarchar)) return cast_to_text(job);
  if (from->is(TypeKind::kVarchar))
    return to->is_nested() ? cast_text_to_nested(job) : cast_from_text(job);
  if (from->is(TypeKind::kEnum)) {
    const Column text =
        cast_to_text(CastJob{job.input, Type::varchar(), job.active, job.zone, job.failures});
    return cast_flat(CastJob{text, to, job.active, job.zone, job.failures});
  }
  if (from->is_nested()) return cast_nested(job);
  if (is_number(from)) return cast_number(job);
  if (from->is(TypeKind::kBlob) || from->is(TypeKind::kUuid)) return cast_from_text(job);
  return cast_temporal(job);
}

/// What to write instead where a text looks like a date, and is none the target takes.
std::string date_advice(std::string_view text, TypeRef target) {
  const auto is_number = [&](size_t begin, size_t end) {
    return begin < end && end <= text.size() &&
           text.substr(begin, end - begin).find_first_not_of("0123456789") == text.npos;
  };
  const size_t first = text.find_first_of("-./");
  if (first == text.npos || !is_number(0, first)) return "";
  const size_t second = text.find(text[first], first + 1);
  if (second == text.npos || !is_number(first + 1, second)) return "";
  if (target->is(TypeKind::kInterval)) return fmt::format("; a date is written DATE '{}'", text);
  if (!target->is(TypeKind::kDate) && !target->is_timestamp()) return "";
  if (first == 4) return "";
  return fmt::format("; dates are written YYYY-MM-DD, and strptime(…, '%d{0}%m{0}%Y') reads others",
                     text[first]);
}

}  // namespace

void CastJob::fail(uint32_t row, ColumnWriter& writer, const char* reason) const {
  writer.set_null(row);
  failures.fail(row, failures.wants_messages() ? message(row, reason) : std::string());
}

std::string CastJob::message(uint32_t row, const char* reason) const {
  std::string value;
  append_text(value, input, row, zone);
  if (value.size() > kShownBytes) {
    size_t cut = kShownBytes;
    while (cut > 0 && (static_cast<unsigned char>(value[cut]) & 0xC0) == 0x80) --cut;
    value.resize(cut);
    value += "…";
  }
  if (reason) return fmt::format("cannot cast '{}' to {}: {}", value, target->name(), reason);
  if (input.type()->is(TypeKind::kVarchar)) {
    return fmt::format("cannot cast '{}' to {}{}", value, target->name(),
                       date_advice(value, target));
  }
  return fmt::format("{} value {} is out of range for {}", input.type()->name(), value,
                     target->name());
}

ColumnWriter make_cast_writer(const CastJob& job) {
  ColumnWriter writer(job.target, job.rows());
  writer.set_validity(validity_bitmap(job.input));
  return writer;
}

Column cast(const Column& input, TypeRef target, const Selection& active, const ZoneOffsets* zone,
            CastFailures& failures) {
  if (input.type() == target) return input;
  if (differ_in_looks(input.type(), target))
    return (input.is_dictionary() ? input.flatten() : input).with_type(target);
  if (input.type()->is(TypeKind::kNull) || active.empty() || input.is_null_constant()) {
    return Column::null(target, input.size());
  }
  if (!can_cast(input.type(), target)) {
    throw Error(ErrorCode::kTypeMismatch, "there is no cast from {} to {}", input.type()->name(),
                target->name());
  }
  if (input.is_constant()) {
    const uint32_t first = 0;
    const Column one = input.gather(&first, 1).flatten();
    ConstantFailures once(failures, active);
    const Selection row = Selection::all(1);
    return Column::constant(cast_flat(CastJob{one, target, row, zone, once}).flatten(),
                            input.size());
  }
  if (input.is_dictionary()) return cast(input.flatten(), target, active, zone, failures);
  return cast_flat(CastJob{input, target, active, zone, failures});
}

}  // namespace doline
