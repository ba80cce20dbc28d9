#include "column/column_builder.h"
#include "function/json_functions.h"
#include "kernel/json/json_cast.h"
#include "kernel/json/json_text.h"

namespace doline {

namespace {

/// json_group_array and json_group_object: the aggregate `list`, of values or of name and value
/// pairs, whose result is written as JSON.
class JsonGroup final : public AggregateFunction {
 public:
  /// `pair` is the struct of name and value, or null for arrays.
  JsonGroup(AggregateFunctionRef list, TypeRef pair) : list_(std::move(list)), pair_(pair) {}

  StateLayout layout() const override { return list_->layout(); }
  void init(std::byte* state) const override { list_->init(state); }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena& arena) const override {
    const Column values = values_of(arguments);
    list_->update({&values, 1}, active, states, arena);
  }
  void update_one(std::span<const Column> arguments, const Selection& active, std::byte* state,
                  Arena& arena) const override {
    const Column values = values_of(arguments);
    list_->update_one({&values, 1}, active, state, arena);
  }
  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    list_->merge(from, into, arena);
  }
  void save(const std::byte* state, StateWriter& out) const override { list_->save(state, out); }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    list_->load(in, state, arena);
  }

  void result(StateSpan states, ColumnBuilder& out) const override {
    ColumnBuilder builder(list_->result_type(), states.count);
    list_->result(states, builder);
    const Column lists = builder.seal();
    std::string text;
    for (uint32_t row = 0; row < states.count; ++row) {
      if (lists.is_null(row)) {  // no rows at all
        out.append_null();
        continue;
      }
      text.clear();
      pair_ ? append_object(text, lists, row) : append_json(text, lists, row, nullptr);
      out.append_text(text);
    }
  }
  TypeRef result_type() const override { return Type::json(); }
  bool has_variable_state() const override { return list_->has_variable_state(); }
  bool is_order_sensitive() const override { return list_->is_order_sensitive(); }
  bool result_grows() const override { return true; }

 private:
  Column values_of(std::span<const Column> arguments) const {
    if (!pair_) return arguments[0];
    return Column::structure(pair_, arguments[0].size(),
                             {arguments[0].flatten(), arguments[1].flatten()});
  }

  static void append_object(std::string& out, const Column& lists, uint32_t row) {
    out += '{';
    const ListEntry entry = lists.value<ListEntry>(row);
    const Column& pairs = lists.child();
    for (uint32_t i = entry.begin; i < entry.begin + entry.size; ++i) {
      if (pairs.child(0).is_null(i))
        throw Error(ErrorCode::kInvalidArgument, "a name in json_group_object is NULL");
      if (i != entry.begin) out += ',';
      append_json_string(out, pairs.child(0).text(i));
      out += ':';
      append_json(out, pairs.child(1), i, nullptr);
    }
    out += '}';
  }

  const AggregateFunctionRef list_;
  const TypeRef pair_;
};

AggregateFunctionRef list_of(TypeRef type, SourceSpan span) {
  const AggregateDeclaration* const list = FunctionRegistry::instance().aggregate("list");
  ASSERT(list != nullptr);
  AggregateBinding binding;
  binding.argument_types = {type};
  binding.constants.resize(1);
  binding.cast_to = {type};
  binding.span = span;
  list->overloads[0].bind(binding);
  return binding.function;
}

void bind_array(AggregateBinding& binding) {
  binding.function = make_ref<JsonGroup>(list_of(binding.cast_to[0], binding.span), nullptr);
}

void bind_object(AggregateBinding& binding) {
  const TypeRef pair =
      Type::structure({{"key", binding.cast_to[0]}, {"value", binding.cast_to[1]}});
  binding.function = make_ref<JsonGroup>(list_of(pair, binding.span), pair);
}

}  // namespace

void register_json_aggregates(FunctionRegistry& registry) {
  registry.add(AggregateDeclaration{"json_group_array",
                                    {},
                                    "The values as a JSON array.",
                                    "json_group_array(x)",
                                    "[1,2,3]",
                                    {{.parameters = {TypePattern::any()}, .bind = bind_array}},
                                    false});
  registry.add(AggregateDeclaration{
      "json_group_object",
      {},
      "A JSON object of names and values.",
      "json_group_object('n' || x, x)",
      "{\"n1\":1,\"n2\":2,\"n3\":3}",
      {{.parameters = {Type::varchar(), TypePattern::any()}, .bind = bind_object}},
      false});
}

}  // namespace doline
