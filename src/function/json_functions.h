#pragma once

#include "column/column_builder.h"
#include "function/kernel_call.h"
#include "function/registry.h"
#include "kernel/json/json_tree.h"

namespace doline {

// The files of register_json_functions().
void register_json_extraction(FunctionRegistry& registry);  // ->, ->>, json_type, json_keys …
void register_json_inspection(
    FunctionRegistry& registry);  // json_valid, json_structure, json_contains …
void register_json_making(FunctionRegistry& registry);  // json_object, to_json, json_merge_patch …
void register_json_transformation(FunctionRegistry& registry);  // json_transform
void register_json_aggregates(FunctionRegistry& registry);  // json_group_array, json_group_object

/// JSON functions take JSON and VARCHAR alike: one overload each, without a cast.
std::vector<ScalarOverload> over_json(std::vector<TypePattern> further, TypePattern result,
                                      ScalarKernel kernel,
                                      void (*bind)(FunctionBinding&) = nullptr);

/// body(row, tree) for each active row that is not NULL; rows whose text is no JSON fail.
template <class Body>
void for_each_document(const KernelCall& call, const Column& documents, Body&& body) {
  JsonTree tree;
  call.active.for_each([&](uint32_t row) {
    if (documents.is_null(row)) return;
    const std::string_view text = documents.text(row);
    if (!tree.parse_utf8(text)) {
      return call.errors.fail(row, ErrorCode::kInvalidArgument,
                              [&] { return "this is not JSON: " + tree.error(); });
    }
    body(row, tree);
  });
}

/// Appends rows in rising order, NULL for those left out.
class AscendingRows {
 public:
  explicit AscendingRows(TypeRef type, uint32_t rows) : rows_(rows), builder_(type, rows) {}
  /// The builder, ready for row `row`.
  ColumnBuilder& at(uint32_t row) {
    while (builder_.size() < row) builder_.append_null();
    return builder_;
  }
  Column seal() { return at(rows_).seal(); }

 private:
  const uint32_t rows_;
  ColumnBuilder builder_;
};

}  // namespace doline
