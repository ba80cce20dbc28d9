#include "exec/aggregate/aggregate_plan.h"

#include <algorithm>

#include "column/column_builder.h"
#include "function/aggregate_wrappers.h"
#include "kernel/hash_column.h"

namespace doline {

namespace {

/// Larger states of a group go to disk by themselves, not with its row.
constexpr size_t kLargeStateBytes = size_t{256} << 10;
constexpr size_t kForcedStateBytes = 256;  // so that tests come by here

std::vector<TypeRef> key_types(const AggregationNode& node) {
  std::vector<TypeRef> types;
  for (const ExprRef& key : node.keys) types.push_back(key->type);
  return types;
}

}  // namespace

AggregatePlan::AggregatePlan(const AggregationNode& node, QueryContext& context)
    : context_(context), key_count_(node.keys.size()), schema_(node.schema) {
  std::vector<ExprRef> outputs = node.keys;
  RowLayout::Options options{.stores_hash = true, .key_count = key_count_};
  for (const AggregateExprRef& aggregate : node.aggregates) {
    AggregateCall call{
        aggregate->function, outputs.size(), aggregate->evaluated.size(), false, nullptr, 0};
    if (call.function->is_order_sensitive() &&
        (context.threads > 1 || call.function->forgets_order())) {
      std::vector<TypeRef> types;
      for (const ExprRef& argument : aggregate->evaluated) types.push_back(argument->type);
      call.function = make_sequenced(call.function, std::move(types));
      call.is_sequenced = is_sequenced_ = true;
    }
    if (aggregate->filter)
      call.filter = Program::compile_predicate(aggregate->filter, context.session);
    outputs.insert(outputs.end(), aggregate->evaluated.begin(), aggregate->evaluated.end());
    const StateLayout state = call.function->layout();
    options.state_alignment = std::max(options.state_alignment, state.alignment);
    call.state_offset =
        static_cast<uint32_t>(round_up(options.initial_states.size(), state.alignment));
    options.initial_states.resize(call.state_offset + state.size_bytes);
    has_variable_states_ |= call.function->has_variable_state();
    can_unload_ |= call.function->can_unload() && context.spill;
    calls_.push_back(std::move(call));
  }
  // States are set up once, in place, and copied into every new row.
  if (!options.initial_states.empty()) {
    BufferRef states = Buffer::allocate_zeroed(options.initial_states.size(), budget());
    for (const AggregateCall& call : calls_)
      call.function->init(states->data() + call.state_offset);
    std::copy_n(states->data(), options.initial_states.size(), options.initial_states.data());
  }
  layout_ = RowLayout::create(key_types(node), options);
  for (AggregateCall& call : calls_) call.state_offset += layout_->state_offset();
  saved_layout_ = layout_;
  if (has_variable_states_) {
    auto types = key_types(node);
    types.push_back(Type::blob());
    saved_layout_ =
        RowLayout::create(std::move(types), {.stores_hash = true, .key_count = key_count_});
  }
  if (!outputs.empty()) program_ = Program::compile(outputs, context.session);
}

void AggregatePlan::evaluate(const Chunk& chunk, uint64_t first_morsel, Program::Scratch& scratch,
                             std::vector<Column>& columns) const {
  columns.clear();
  if (program_) program_->evaluate(chunk, scratch, columns);
  if (!is_sequenced_) return;
  // 28 bits of morsel, 24 of chunk, 11 of row.
  const uint64_t base =
      ((first_morsel + chunk.sequence.morsel) << 35) | (chunk.sequence.chunk << 11);
  BufferRef numbers = Buffer::allocate(chunk.row_count * sizeof(int64_t));
  for (uint32_t row = 0; row < chunk.row_count; ++row) {
    numbers->as<int64_t>()[row] = static_cast<int64_t>(base + row);
  }
  columns.push_back(Column::flat(Type::int64(), chunk.row_count, std::move(numbers)));
}

void AggregatePlan::hash_keys(std::span<const Column> keys, const Selection& active,
                              uint64_t* hashes) {
  for (size_t key = 0; key < keys.size(); ++key) hash_column(keys[key], active, hashes, key != 0);
}

std::vector<Column> AggregatePlan::arguments_of(const AggregateCall& call,
                                                std::span<const Column> columns) const {
  const auto first = columns.begin() + static_cast<ptrdiff_t>(call.first_argument);
  std::vector<Column> arguments(first, first + static_cast<ptrdiff_t>(call.argument_count));
  if (call.is_sequenced) arguments.push_back(columns.back());
  return arguments;
}

void AggregatePlan::update_call(size_t index, std::span<const Column> columns, const Chunk& chunk,
                                std::byte* const* rows, Arena& arena,
                                std::vector<Program::Scratch>& filter_scratch) const {
  const AggregateCall& call = calls_[index];
  const std::vector<Column> arguments = arguments_of(call, columns);
  std::byte* states[kChunkRows];
  if (!call.filter) {
    const uint32_t count = chunk.active.size();
    for (uint32_t i = 0; i < count; ++i) states[i] = rows[i] + call.state_offset;
    call.function->update(arguments, chunk.active, {states, count}, arena);
    return;
  }
  // The filter's rows are an ascending part of the active ones: their positions are found by
  // walking both.
  const Selection passed = call.filter->select(chunk, filter_scratch[index]);
  uint32_t at = 0;
  for (uint32_t i = 0; i < passed.size(); ++i, ++at) {
    while (chunk.active[at] != passed[i]) ++at;
    states[i] = rows[at] + call.state_offset;
  }
  if (!passed.empty()) call.function->update(arguments, passed, {states, passed.size()}, arena);
}

void AggregatePlan::update(std::span<const Column> columns, const Chunk& chunk,
                           std::byte* const* rows, Arena& arena,
                           std::vector<Program::Scratch>& filter_scratch) const {
  for (size_t index = 0; index < calls_.size(); ++index) {
    update_call(index, columns, chunk, rows, arena, filter_scratch);
  }
}

void AggregatePlan::update_sorted(std::span<const Column> columns, const Chunk& chunk,
                                  std::byte* const* rows, std::span<const GroupRows> groups,
                                  Arena& arena,
                                  std::vector<Program::Scratch>& filter_scratch) const {
  for (size_t index = 0; index < calls_.size(); ++index) {
    const AggregateCall& call = calls_[index];
    if (call.filter) {
      update_call(index, columns, chunk, rows, arena, filter_scratch);
      continue;
    }
    const std::vector<Column> arguments = arguments_of(call, columns);
    for (const GroupRows& group : groups) {
      call.function->update_one(arguments, group.active, group.row + call.state_offset, arena);
    }
  }
}

void AggregatePlan::update_one(const AggregateCall& call, std::span<const Column> columns,
                               const Chunk& chunk, std::byte* row, Arena& arena,
                               Program::Scratch& filter_scratch) const {
  const Selection active = call.filter ? call.filter->select(chunk, filter_scratch) : chunk.active;
  if (active.empty()) return;
  call.function->update_one(arguments_of(call, columns), active, row + call.state_offset, arena);
}

size_t AggregatePlan::large_state_bytes() const {
  return context_.settings.force_spill ? kForcedStateBytes : kLargeStateBytes;
}

bool AggregatePlan::is_large_beside(size_t bytes, size_t times) const {
  return context_.settings.force_spill || bytes > budget().available_bytes() / times;
}

template <class IsDue>
void AggregatePlan::unload_if(const AggregateCall& call, std::span<std::byte* const> rows,
                              Arena& arena, IsDue&& is_due) const {
  if (!call.function->can_unload() || !context_.spill) return;
  const MakesRoomScope scope;
  for (std::byte* const row : rows) {
    std::byte* const state = row + call.state_offset;
    if (is_due(state)) call.function->unload(state, *context_.spill, arena);
  }
}

void AggregatePlan::merge(std::byte* const* from, std::byte* const* into, uint32_t count,
                          Arena& arena) const {
  std::byte* sources[kChunkRows];
  std::byte* targets[kChunkRows];
  for (const AggregateCall& call : calls_) {
    for (uint32_t i = 0; i < count; ++i) {
      sources[i] = from[i] + call.state_offset;
      targets[i] = into[i] + call.state_offset;
    }
    if (call.function->can_unload() && is_large_beside(Budget::process().used_bytes(), 4)) {
      // The larger state may double: room for that, or both are lists of what is on disk.
      const auto is_due = [&](const std::byte* state) {
        const size_t bytes = call.function->unloadable_bytes(state);
        return bytes >= large_state_bytes() && is_large_beside(bytes, 4);
      };
      unload_if(call, {from, count}, arena, is_due);
      unload_if(call, {into, count}, arena, is_due);
    }
    call.function->merge({sources, count}, {targets, count}, arena);
  }
}

Column AggregatePlan::result(const AggregateCall& call, std::byte* const* rows, uint32_t count,
                             Arena& arena) const {
  // Results are made of copies of what states keep.
  unload_if(call, {rows, count}, arena, [&](const std::byte* state) {
    if (call.function->is_unloaded(state)) return true;
    if (!is_large_beside(Budget::process().used_bytes(), 2)) return false;
    const size_t bytes = call.function->unloadable_bytes(state);
    return bytes >= large_state_bytes() && is_large_beside(bytes, 2);
  });
  std::byte* states[kChunkRows];
  for (uint32_t i = 0; i < count; ++i) states[i] = rows[i] + call.state_offset;
  ColumnBuilder builder(call.function->result_type(), count);
  call.function->result({states, count}, builder);
  return builder.seal();
}

Chunk AggregatePlan::result(std::byte* const* rows, uint32_t count, const PinRef& pin,
                            Arena& arena) const {
  std::vector<Column> columns;
  for (size_t key = 0; key < key_count_; ++key)
    columns.push_back(gather_column(*layout_, key, rows, count, pin));
  for (const AggregateCall& call : calls_) columns.push_back(result(call, rows, count, arena));
  return Chunk(std::move(columns), count);
}

void AggregatePlan::save(std::span<std::byte* const> rows, RowPages& out) const {
  if (!has_variable_states_) {
    for (const std::byte* row : rows) out.append_row(row);
    return;
  }
  Arena aside(budget());
  for (const AggregateCall& call : calls_) {
    unload_if(call, rows, aside, [&](const std::byte* state) {
      return call.function->unloadable_bytes(state) >= large_state_bytes();
    });
  }
  std::vector<std::byte> bytes;
  uint64_t hashes[kChunkRows];
  for (size_t begin = 0; begin < rows.size(); begin += kChunkRows) {
    const auto part = rows.subspan(begin, std::min<size_t>(kChunkRows, rows.size() - begin));
    const auto count = static_cast<uint32_t>(part.size());
    std::vector<Column> columns;
    for (size_t key = 0; key < key_count_; ++key)
      columns.push_back(gather_column(*layout_, key, part.data(), count));
    ColumnBuilder states(Type::blob(), count);
    for (uint32_t i = 0; i < count; ++i) {
      hashes[i] = stored_hash(part[i]);
      bytes.clear();
      StateWriter writer(bytes);
      for (const AggregateCall& call : calls_)
        call.function->save(part[i] + call.state_offset, writer);
      states.append_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    columns.push_back(states.seal());
    out.append(columns, nullptr, count, hashes);
  }
}

void AggregatePlan::unload(std::span<std::byte* const> rows, Arena& arena) const {
  ASSERT(context_.spill);
  const MakesRoomScope scope;
  for (const AggregateCall& call : calls_) {
    if (!call.function->has_variable_state()) continue;
    const AggregateFunction& function = *call.function;
    const BufferRef copy = Buffer::allocate(function.layout().size_bytes, budget());
    for (std::byte* const row : rows) {
      std::byte* from = row + call.state_offset;
      if (function.can_unload() && function.unloadable_bytes(from) >= large_state_bytes()) {
        function.unload(from, *context_.spill, arena);
        continue;
      }
      std::byte* into = copy->data();
      function.init(into);
      function.merge({&from, 1}, {&into, 1}, arena);
      std::memcpy(from, into, function.layout().size_bytes);
    }
  }
}

void AggregatePlan::add_rows(std::byte* const* rows, uint32_t count, GroupTable& table,
                             Arena& arena, std::vector<std::byte*>& live) const {
  std::byte* found[kChunkRows];
  std::byte* twins[kChunkRows];
  table.find_or_adopt(rows, count, found);
  uint32_t doubled = 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (found[i] == rows[i]) {
      live.push_back(rows[i]);
    } else {
      found[doubled] = found[i];
      twins[doubled++] = rows[i];
    }
  }
  if (doubled != 0) merge(twins, found, doubled, arena);
}

bool AggregatePlan::add_saved(const RowPageRef& page, uint32_t begin, uint32_t count,
                              GroupTable& table, Arena& arena,
                              std::vector<std::byte*>& live) const {
  std::byte* rows[kChunkRows];
  for (uint32_t i = 0; i < count; ++i) rows[i] = page->row(begin + i);
  if (!has_variable_states_) {
    const size_t before = live.size();
    add_rows(rows, count, table, arena, live);
    return live.size() != before;
  }
  const Chunk saved = gather_page(*saved_layout_, page, begin, count);
  uint64_t hashes[kChunkRows];
  for (uint32_t i = 0; i < count; ++i) hashes[i] = stored_hash(rows[i]);
  std::byte* into[kChunkRows];
  table.find_or_create(std::span(saved.columns).first(key_count_), saved.active, hashes, into);
  // States are loaded aside and merged, so that a group met again needs nothing special.
  Arena aside(budget());
  RowPages loaded(layout_, budget());
  std::byte* from[kChunkRows];
  const auto* texts = saved.columns[key_count_].values<StringView>();
  for (uint32_t i = 0; i < count; ++i) {
    from[i] = loaded.allocate_row().row;
    StateReader reader({reinterpret_cast<const std::byte*>(texts[i].data()), texts[i].size()},
                       context_.spill.get());
    for (const AggregateCall& call : calls_)
      call.function->load(reader, from[i] + call.state_offset, aside);
  }
  merge(from, into, count, arena);
  return false;
}

}  // namespace doline
