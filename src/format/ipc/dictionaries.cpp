#include "format/ipc/dictionaries.h"

#include <algorithm>

#include "kernel/concatenate.h"

namespace doline::ipc {

namespace {

constexpr int64_t kMostValues = int64_t{1} << 31;
/// Looking whether a value occurs twice pays where values are fewer than rows; how many rows come
/// is not known.
constexpr uint32_t kMostLookedAt = 1 << 20;
/// Those that grow are looked at each time they do.
constexpr uint32_t kMostLookedAtAgain = 1 << 12;

}  // namespace

Dictionaries::Dictionaries(IpcSchemaRef schema, const std::vector<uint32_t>& columns)
    : schema_(std::move(schema)), wanted_([&] {
        const std::vector<int64_t> ids = schema_->ids_of(columns);
        return std::set<int64_t>(ids.begin(), ids.end());
      }()) {}

void Dictionaries::add(const Message& message, BodyRef body, bool may_replace) {
  const int64_t id = message.dictionary_id();
  const auto& encoded = schema_->encoded();
  const auto first = std::find_if(encoded.begin(), encoded.end(),
                                  [&](const auto& field) { return field.id == id; });
  if (first == encoded.end())
    message.place().broken(fmt::format("values of dictionary {}, which no column has", id));
  const ArrowField& field = first->field->children[0];
  if (message.rows() >= kMostValues) message.place().broken("a dictionary of too many values");
  const LoadedBatchRef batch =
      LoadedBatch::load(*schema_, {BatchColumn{&field}}, message, std::move(body), *known_);
  auto known = std::make_shared<ArrowDictionaries>(*known_);
  Column values = batch->read(0, static_cast<uint32_t>(message.rows()), *known)[0].flatten();
  const auto before = values_.find(id);
  if (message.is_delta()) {
    if (before == values_.end())
      message.place().broken(fmt::format("more values of dictionary {}, which has none", id));
    if (int64_t{before->second.size()} + message.rows() >= kMostValues)
      message.place().broken("a dictionary of too many values");
    const Column parts[] = {before->second, values};
    values = concatenate(field.type, parts);
  } else if (before != values_.end() && !may_replace) {
    message.place().broken(fmt::format("dictionary {} comes twice, which a file cannot have", id));
  }
  const uint32_t most = message.is_delta() ? kMostLookedAtAgain : kMostLookedAt;
  ArrowDictionaryRef shared;
  TypeRef shared_type = nullptr;
  for (const IpcSchema::Encoded& each : encoded) {
    if (each.id != id) continue;
    if (each.field->children[0].type != field.type)
      message.place().broken(fmt::format("columns of several types with one dictionary, {}", id));
    if (each.field->type != shared_type) {
      shared = make_arrow_dictionary(*each.field, values, values.size() <= most);
      shared_type = each.field->type;
    }
    (*known)[each.values] = shared;
  }
  values_[id] = std::move(values);
  known_ = std::move(known);
}

}  // namespace doline::ipc
