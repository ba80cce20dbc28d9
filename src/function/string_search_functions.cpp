#include "function/lanes.h"
#include "function/string_functions.h"
#include "function/text_rows.h"
#include "kernel/string_search.h"

namespace doline {

namespace {

/// A needle known when the call is bound.
struct NeedleData final : FunctionData {
  explicit NeedleData(std::string_view text) : needle(text) {}
  const Needle needle;
};

void bind_needle(FunctionBinding& binding) {
  if (const auto& needle = binding.constants[1]; needle && !needle->is_null()) {
    binding.data = make_ref<const NeedleData>(needle->as_text());
  }
}

Column contains_kernel(const KernelCall& call, std::span<const Column> arguments) {
  if (const auto* data = data_of<NeedleData>(call)) {
    return map_texts<bool>(call, arguments[0],
                           [&](const StringView& text) { return data->needle.in(text.view()); });
  }
  return map_texts<bool>(call, arguments[0], arguments[1],
                         [](const StringView& text, const StringView& needle) {
                           return contains(text.view(), needle.view());
                         });
}

int64_t position_of(std::string_view text, size_t at) {
  return at == std::string_view::npos
             ? 0
             : static_cast<int64_t>(count_characters(text.substr(0, at))) + 1;
}

Column position_kernel(const KernelCall& call, std::span<const Column> arguments) {
  if (const auto* data = data_of<NeedleData>(call)) {
    return map_texts<int64_t>(call, arguments[0], [&](const StringView& text) {
      const std::string_view view = text.view();
      return position_of(view, data->needle.find(view));
    });
  }
  return map_texts<int64_t>(call, arguments[0], arguments[1],
                            [](const StringView& text, const StringView& needle) {
                              const std::string_view view = text.view();
                              return position_of(view, find_text(view, needle.view()));
                            });
}

Column starts_with_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_texts<bool>(call, arguments[0], arguments[1],
                         [](const StringView& text, const StringView& prefix) {
                           return starts_with(text.view(), prefix.view());
                         });
}

Column ends_with_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_texts<bool>(call, arguments[0], arguments[1],
                         [](const StringView& text, const StringView& suffix) {
                           return ends_with(text.view(), suffix.view());
                         });
}

std::vector<ScalarOverload> two_texts(TypeRef result, ScalarKernel kernel,
                                      void (*bind)(FunctionBinding&) = nullptr) {
  return {{.parameters = {Type::varchar(), Type::varchar()},
           .result = result,
           .kernel = kernel,
           .bind = bind,
           .cost = 3}};
}

}  // namespace

void register_text_search(FunctionRegistry& registry) {
  const TypeRef boolean = Type::boolean();
  registry.add({"contains",
                {},
                "string",
                "Whether the second text occurs in the first.",
                "contains('abc', 'b')",
                "true",
                two_texts(boolean, contains_kernel, bind_needle)});
  registry.add({"starts_with",
                {"prefix", "^@", "startswith"},
                "string",
                "Whether the first text begins with the second.",
                "starts_with('abc', 'ab')",
                "true",
                two_texts(boolean, starts_with_kernel)});
  registry.add({"ends_with",
                {"suffix", "endswith"},
                "string",
                "Whether the first text ends with the second.",
                "ends_with('abc', 'bc')",
                "true",
                two_texts(boolean, ends_with_kernel)});
  registry.add({"strpos",
                {"instr", "position"},
                "string",
                "Where the second text first occurs in the first, from 1; 0 where it does not.",
                "strpos('abc', 'c')",
                "3",
                two_texts(Type::int64(), position_kernel, bind_needle)});
}

}  // namespace doline
