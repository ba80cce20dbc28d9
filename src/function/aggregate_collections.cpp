#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"
#include "function/aggregate_state.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

/// list(x): every value, NULLs included, in the order met.
class ListAggregate final : public ChainAggregate<ListAggregate> {
 public:
  explicit ListAggregate(TypeRef element) : element_(element), result_type_(Type::list(element)) {}

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
  bool is_order_sensitive() const override { return true; }
  bool result_grows() const override { return true; }

  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
                   StateOf state_of) const {
    const Column& column = arguments[0];
    std::vector<std::byte> bytes;
    for (uint32_t i = 0; i < active.size(); ++i) {
      bytes.clear();
      append_value_bytes(bytes, column, active[i]);
      state_of(i).append(bytes, arena);
    }
  }

 private:
  const TypeRef element_;
  const TypeRef result_type_;
};

/// string_agg(value, separator): texts that are not NULL, one behind the other.
class TextJoin final : public ChainAggregate<TextJoin> {
 public:
  /// A NULL separator makes every result NULL.
  explicit TextJoin(std::optional<std::string> separator) : separator_(std::move(separator)) {}

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
  bool is_order_sensitive() const override { return true; }
  bool result_grows() const override { return true; }

  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
                   StateOf state_of) const {
    for_each_value<StringView>(arguments[0], active, [&](uint32_t i, const StringView& text) {
      add(state_of(i), text, arena);
    });
  }

 private:
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
  cast_argument(binding, 0, Type::varchar());
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
      .summary =
          "The values that are not NULL as texts, joined by a separator, a comma by default.",
      .example = "string_agg(x, '-')",
      .example_result = "1-2-3",
      .overloads = {{{TypePattern::any()}, {}, bind_text_join},
                    {{TypePattern::any(), Type::varchar()}, {}, bind_text_join}},
  });
}

}  // namespace doline
