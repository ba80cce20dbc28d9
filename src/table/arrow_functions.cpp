// read_arrow(…) in FROM.
#include "table/arrow_table.h"
#include "table/table_function.h"

namespace doline {

namespace {

TableRef read_arrow(const TableFunctionCall& call, const TableFunctionContext& context) {
  TableFunctionCall rest = call;
  TypedFilesOptions options = take_typed_files_options(rest);
  refuse_unknown_options(rest, typed_files_option_names());
  return make_ref<const ArrowTable>(context.files, context.policy, paths_of(call),
                                    std::move(options));
}

}  // namespace

void register_arrow_functions(std::vector<TableFunction>& all) {
  all.push_back({"read_arrow",
                 {"read_arrows", "read_feather", "read_ipc"},
                 "Rows of Arrow IPC files (Feather's second version) and streams.",
                 "FROM read_arrow('data/*.arrow', filename => true)",
                 &read_arrow,
                 {".arrow", ".feather", ".ipc", ".arrows"},
                 typed_files_option_names()});
}

}  // namespace doline
