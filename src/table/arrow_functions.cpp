// read_arrow(…) in FROM.
#include "table/arrow_table.h"
#include "table/option_values.h"
#include "table/table_function.h"

namespace doline {

namespace {

const std::vector<std::string>& read_options() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = typed_files_option_names();
    all.emplace_back("mmap");
    return all;
  }();
  return names;
}

TableRef read_arrow(const TableFunctionCall& call, const TableFunctionContext& context) {
  TableFunctionCall rest = call;
  ArrowTableOptions options;
  options.files = take_typed_files_options(rest);
  with_option(rest, {"mmap"}, [&](const Value& value, const char* name) {
    options.is_mapped = flag_option(value, name);
  });
  refuse_unknown_options(rest, read_options());
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
                 read_options()});
}

}  // namespace doline
