// read_parquet(…), and what Parquet files say of themselves, in FROM.
#include "format/parquet/describe.h"
#include "table/memory_table.h"
#include "table/parquet_table.h"
#include "table/table_function.h"

namespace doline {

namespace {

TableRef read_parquet(const TableFunctionCall& call, const TableFunctionContext& context) {
  TableFunctionCall rest = call;
  TypedFilesOptions options = take_typed_files_options(rest);
  refuse_unknown_options(rest, typed_files_option_names());
  return make_ref<const ParquetTable>(context.files, context.policy, paths_of(call),
                                      std::move(options));
}

/// The rows that `list` gives for each file, as a table.
TableRef listing(const TableFunctionCall& call, const TableFunctionContext& context,
                 const Schema& schema, std::vector<Chunk> (*list)(const parquet::ParquetFile&)) {
  refuse_unknown_options(call, {});
  std::vector<Chunk> chunks;
  for (const ListedFile& file : context.files.list(paths_of(call), context.policy)) {
    const auto parquet =
        parquet::ParquetFile::open(context.files.open_file(file.path, context.policy));
    for (Chunk& chunk : list(*parquet)) chunks.push_back(std::move(chunk));
  }
  return MemoryTable::of_chunks(call.name, schema, std::move(chunks));
}

TableRef parquet_metadata(const TableFunctionCall& call, const TableFunctionContext& context) {
  return listing(call, context, parquet::chunk_listing_columns(), &parquet::chunk_listing);
}

TableRef parquet_schema(const TableFunctionCall& call, const TableFunctionContext& context) {
  return listing(call, context, parquet::schema_listing_columns(), &parquet::schema_listing);
}

TableRef parquet_kv_metadata(const TableFunctionCall& call, const TableFunctionContext& context) {
  return listing(call, context, parquet::pair_listing_columns(), &parquet::pair_listing);
}

TableRef parquet_file_metadata(const TableFunctionCall& call, const TableFunctionContext& context) {
  return listing(call, context, parquet::file_listing_columns(), &parquet::file_listing);
}

}  // namespace

void register_parquet_functions(std::vector<TableFunction>& all) {
  all.push_back({"read_parquet",
                 {"parquet_scan"},
                 "Rows of Parquet files.",
                 "FROM read_parquet('data/*.parquet', filename => true)",
                 &read_parquet,
                 {".parquet", ".pq", ".parq"},
                 typed_files_option_names()});
  all.push_back({"parquet_metadata",
                 {},
                 "What the footers of Parquet files say of each column chunk.",
                 "FROM parquet_metadata('data.parquet')",
                 &parquet_metadata,
                 {}});
  all.push_back({"parquet_schema",
                 {},
                 "The schema elements of Parquet files, as their footers have them.",
                 "FROM parquet_schema('data.parquet')",
                 &parquet_schema,
                 {}});
  all.push_back({"parquet_kv_metadata",
                 {},
                 "The pairs that whoever wrote Parquet files left in their footers.",
                 "FROM parquet_kv_metadata('data.parquet')",
                 &parquet_kv_metadata,
                 {}});
  all.push_back({"parquet_file_metadata",
                 {},
                 "Rows, row groups, writer and sizes of Parquet files.",
                 "FROM parquet_file_metadata('data.parquet')",
                 &parquet_file_metadata,
                 {}});
}

}  // namespace doline
