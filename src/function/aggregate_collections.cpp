#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"
#include "function/aggregate_storage.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

/// list(x): every value, NULLs included, in the order met.
class ListAggregate final : public AggregateFunction {
 public:
  explicit ListAggregate(TypeRef element) : element_(element), result_type_(Type::list(element)) {}

  StateLayout layout() const override { return {sizeof(ByteChain), alignof(ByteChain)}; }
  void init(std::byte* state) const override { new (state) ByteChain(); }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena& arena) const override {
    update_each(arguments[0], active, arena, [&](uint32_t i) { return states.states[i]; });
  }
  void update_one(std::span<const Column> arguments, const Selection& active, std::byte* state,
                  Arena& arena) const override {
    update_each(arguments[0], active, arena, [&](uint32_t) { return state; });
  }
  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i)
      at(into.states[i]).append_all(at(from.states[i]), arena);
  }
  void save(const std::byte* state, StateWriter& out) const override {
    reinterpret_cast<const ByteChain*>(state)->save(out);
  }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    at(state).load(in, arena);
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) {
      const ByteChain& chain = at(states.states[i]);
      if (chain.items == 0) {
        out.append_null();
        continue;
      }
      chain.for_each_chunk([&](std::span<const std::byte> bytes) {
        while (!bytes.empty()) read_value_bytes(bytes, out.child());
      });
      out.finish_list();
    }
  }
  TypeRef result_type() const override { return result_type_; }
  bool has_variable_state() const override { return true; }
  bool is_order_sensitive() const override { return true; }

 private:
  static ByteChain& at(std::byte* state) { return *reinterpret_cast<ByteChain*>(state); }
  template <class StateOf>
  static void update_each(const Column& column, const Selection& active, Arena& arena,
                          StateOf state_of) {
    std::vector<std::byte> bytes;
    for (uint32_t i = 0; i < active.size(); ++i) {
      bytes.clear();
      append_value_bytes(bytes, column, active[i]);
      at(state_of(i)).append(bytes, arena);
    }
  }

  const TypeRef element_;
  const TypeRef result_type_;
};

/// string_agg(text, separator): texts that are not NULL, one behind the other.
class TextJoin final : public AggregateFunction {
 public:
  /// A NULL separator makes every result NULL.
  explicit TextJoin(std::optional<std::string> separator) : separator_(std::move(separator)) {}

  StateLayout layout() const override { return {sizeof(ByteChain), alignof(ByteChain)}; }
  void init(std::byte* state) const override { new (state) ByteChain(); }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena& arena) const override {
    for_each_value<StringView>(arguments[0], active, [&](uint32_t i, const StringView& text) {
      add(at(states.states[i]), text, arena);
    });
  }
  void update_one(std::span<const Column> arguments, const Selection& active, std::byte* state,
                  Arena& arena) const override {
    for_each_value<StringView>(arguments[0], active, [&](uint32_t, const StringView& text) {
      add(at(state), text, arena);
    });
  }
  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i)
      at(into.states[i]).append_all(at(from.states[i]), arena);
  }
  void save(const std::byte* state, StateWriter& out) const override {
    reinterpret_cast<const ByteChain*>(state)->save(out);
  }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    at(state).load(in, arena);
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    std::string joined;
    for (uint32_t i = 0; i < states.count; ++i) {
      const ByteChain& chain = at(states.states[i]);
      if (chain.items == 0 || !separator_) {
        out.append_null();
        continue;
      }
      joined.clear();
      chain.for_each_chunk([&](std::span<const std::byte> bytes) {
        joined.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      });
      // Every text has the separator behind it, so that merging is appending.
      joined.resize(joined.size() - separator_->size());
      out.append_text(joined);
    }
  }
  TypeRef result_type() const override { return Type::varchar(); }
  bool has_variable_state() const override { return true; }
  bool is_order_sensitive() const override { return true; }

 private:
  static ByteChain& at(std::byte* state) { return *reinterpret_cast<ByteChain*>(state); }
  void add(ByteChain& chain, const StringView& text, Arena& arena) const {
    if (!separator_) return;
    std::byte* to = chain.append(text.size() + separator_->size(), arena);
    std::memcpy(to, text.data(), text.size());
    std::memcpy(to + text.size(), separator_->data(), separator_->size());
  }

  const std::optional<std::string> separator_;
};

void bind_list(AggregateBinding& binding) {
  binding.function = make_ref<const ListAggregate>(bound_type(binding, 0));
}

void bind_text_join(AggregateBinding& binding) {
  std::optional<std::string> separator = ",";
  if (binding.argument_types.size() > 1) {
    if (binding.constants.size() > 1 && binding.constants[1] && binding.constants[1]->is_null()) {
      separator.reset();
      binding.kept_arguments = 1;
    } else {
      separator = constant_argument(binding, 1, "the separator").as_text();
    }
  }
  binding.function = make_ref<const TextJoin>(std::move(separator));
}

}  // namespace

void register_collection_aggregates(FunctionRegistry& registry) {
  registry.add(AggregateDeclaration{
      .name = "list",
      .aliases = {"array_agg"},
      .summary = "A list of all values, NULLs included.",
      .example = "list(x)",
      .example_result = "[1, 2, 3]",
      .overloads = {{{TypePattern::any()}, {}, bind_list}},
  });
  registry.add(AggregateDeclaration{
      .name = "string_agg",
      .aliases = {"group_concat", "listagg"},
      .summary = "The texts that are not NULL, joined by a separator, a comma by default.",
      .example = "string_agg(x::VARCHAR, '-')",
      .example_result = "1-2-3",
      .overloads = {{{Type::varchar()}, {}, bind_text_join},
                    {{Type::varchar(), Type::varchar()}, {}, bind_text_join}},
  });
}

}  // namespace doline
