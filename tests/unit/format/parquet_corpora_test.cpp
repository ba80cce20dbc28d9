#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/error.h"
#include "column/value.h"
#include "memory/budget.h"
#include "parquet_memory_file.h"

namespace doline::parquet {
namespace {

namespace fs = std::filesystem;

std::string read_bytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The files of a folder of the corpora that end in `ending`.
std::vector<fs::path> files_of(const fs::path& folder, const std::string& ending) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && name.ends_with(ending) && !name.ends_with(".md"))
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

#define CORPORA(variable)                                                   \
  const char* const corpora_root = std::getenv("DOLINE_CORPORA");           \
  if (corpora_root == nullptr) GTEST_SKIP() << "DOLINE_CORPORA is not set"; \
  const fs::path variable = fs::path(corpora_root) / "parquet"

struct Outcome {
  uint64_t rows = 0;
  std::optional<Error> error;
  double seconds = 0;
  size_t peak_bytes = 0;
};

/// Reads all columns under a budget of 256 MiB.
Outcome read_all(const fs::path& path) {
  Outcome outcome;
  const BudgetRef budget = Budget::create("test", Budget::process(), size_t{256} << 20);
  const BudgetScope scope(*budget);
  const auto start = std::chrono::steady_clock::now();
  try {
    const auto file = ParquetFile::open(make_ref<const MemoryFile>(read_bytes(path)));
    read_parquet(file, {}, [&](const Chunk& chunk) {
      for (const Column& column : chunk.columns) {
        EXPECT_EQ(column.size(), chunk.row_count);
        for (uint32_t row = 0; row < std::min(chunk.row_count, 4u); ++row) Value::of(column, row);
      }
      outcome.rows += chunk.row_count;
    });
  } catch (const Error& error) {
    outcome.error = error;
  }
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  outcome.peak_bytes = budget->peak_bytes();
  return outcome;
}

TEST(ParquetCorpora, ValidFilesAreRead) {
  CORPORA(root);
  const std::map<std::string, uint64_t> expected = {
      {"alltypes_dictionary.parquet", 2},
      {"alltypes_plain.parquet", 8},
      {"alltypes_plain.snappy.parquet", 2},
      {"alltypes_tiny_pages.parquet", 7300},
      {"alltypes_tiny_pages_plain.parquet", 7300},
      {"binary.parquet", 12},
      {"byte_stream_split.zstd.parquet", 300},
      {"byte_stream_split_extended.gzip.parquet", 200},
      {"concatenated_gzip_members.parquet", 513},
      {"datapage_v2.snappy.parquet", 5},
      {"delta_binary_packed.parquet", 200},
      {"delta_byte_array.parquet", 1000},
      {"delta_length_byte_array.parquet", 1000},
      {"hadoop_lz4_compressed_larger.parquet", 10'000},
      {"incorrect_map_schema.parquet", 1},
      {"int96_from_spark.parquet", 6},
      {"map_no_value.parquet", 3},
      {"nation.dict-malformed.parquet", 25},
      {"nullable.impala.parquet", 7},
      {"overflow_i16_page_cnt.parquet", 40'000},
      {"rle_boolean_encoding.parquet", 68},
  };
  size_t counted = 0;
  for (const fs::path& path : files_of(root / "valid", ".parquet")) {
    const std::string name = path.filename().string();
    if (name == "large_string_map.brotli.parquet") continue;  // two texts of 1 GiB each
    const Outcome outcome = read_all(path);
    if (name.find("corrupt-checksum") != std::string::npos) {
      ASSERT_TRUE(outcome.error) << name;
      EXPECT_EQ(outcome.error->code(), ErrorCode::kCorrupt) << name;
      EXPECT_NE(outcome.error->message().find("checksum"), std::string::npos) << name;
      continue;
    }
    EXPECT_FALSE(outcome.error) << name << ": " << (outcome.error ? outcome.error->render() : "");
    if (const auto found = expected.find(name); found != expected.end()) {
      EXPECT_EQ(outcome.rows, found->second) << name;
      ++counted;
    }
  }
  EXPECT_EQ(counted, expected.size());
}

TEST(ParquetCorpora, EncryptedFilesAreRefusedAsEncrypted) {
  CORPORA(root);
  const auto files = files_of(root / "valid", ".parquet.encrypted");
  EXPECT_GT(files.size(), 8u);
  for (const fs::path& path : files) {
    const Outcome outcome = read_all(path);
    ASSERT_TRUE(outcome.error) << path;
    EXPECT_EQ(outcome.error->code(), ErrorCode::kEncrypted) << path;
  }
}

/// A field of a CSV line without newlines in it.
std::vector<std::string> csv_fields(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  return fields;
}

TEST(ParquetCorpora, DeltaEncodingsHoldTheExpectedValues) {
  CORPORA(root);
  for (const std::string name :
       {"delta_binary_packed", "delta_byte_array", "delta_encoding_optional_column",
        "delta_encoding_required_column"}) {
    std::ifstream expected(root / "valid" / (name + "_expect.csv"));
    ASSERT_TRUE(expected) << name;
    std::string line;
    std::getline(expected, line);  // names
    size_t row = 0;
    const auto file = ParquetFile::open(
        make_ref<const MemoryFile>(read_bytes(root / "valid" / (name + ".parquet"))));
    read_parquet(file, {}, [&](const Chunk& chunk) {
      for (uint32_t i = 0; i < chunk.row_count; ++i, ++row) {
        ASSERT_TRUE(std::getline(expected, line)) << name;
        const auto fields = csv_fields(line);
        ASSERT_EQ(fields.size(), chunk.columns.size()) << name;
        for (size_t column = 0; column < fields.size(); ++column) {
          const Value value = Value::of(chunk.columns[column], i);
          ASSERT_EQ(value.is_null() ? "" : value.to_string(), fields[column])
              << name << " row " << row << " column " << column;
        }
      }
    });
    EXPECT_FALSE(std::getline(expected, line)) << name << " has more rows";
  }
}

std::string row_text(const fs::path& path, size_t wanted) {
  std::string text;
  size_t row = 0;
  read_parquet(ParquetFile::open(make_ref<const MemoryFile>(read_bytes(path))), {},
               [&](const Chunk& chunk) {
                 for (uint32_t i = 0; i < chunk.row_count; ++i, ++row) {
                   if (row != wanted) continue;
                   for (const Column& column : chunk.columns)
                     text += Value::of(column, i).to_string() + "|";
                 }
               });
  return text;
}

TEST(ParquetCorpora, RowsHoldWhatTheirDocumentsSay) {
  CORPORA(root);
  struct Case {
    const char* file;
    size_t row;
    const char* text;
  };
  const Case cases[] = {
      {"int96_from_spark.parquet", 0, "2024-01-01 20:34:56.123456|"},
      {"int96_from_spark.parquet", 2, "9999-12-31 03:00:00|"},
      {"old_list_structure.parquet", 0, "[[1, 2], [3, 4]]|"},
      {"map_no_value.parquet", 1, "{4=NULL, 5=NULL, 6=NULL}|[4, 5, 6]|[4, 5, 6]|"},
      {"incorrect_map_schema.parquet", 0, "{parent=another, name=report}|"},
      {"nested_lists.snappy.parquet", 1, "[[[a, b], [c, d]], [NULL, [e]]]|1|"},
      {"nested_maps.snappy.parquet", 2, "{c=NULL}|1|1.0|"},
      {"null_list.parquet", 0, "[]|"},
      {"repeated_no_annotation.parquet", 5,
       "6|{'phone': [{'number': 1111111111, 'kind': home}, {'number': 2222222222, 'kind': NULL}, "
       "{'number': 3333333333, 'kind': mobile}]}|"},
      {"repeated_primitive_no_list.parquet", 2,
       "[4]|[four]|{'Int32_list_in_group': [4], 'String_list_in_group': [four]}|"},
      {"fixed_length_decimal.parquet", 23, "24.00|"},
      {"byte_array_decimal.parquet", 0, "1.00|"},
      {"float16_nonzeros_and_nans.parquet", 2, "-2.0|"},
      {"nullable.impala.parquet", 2,
       "3|[]|[NULL]|{}|[NULL, NULL]|{'A': NULL, 'b': NULL, 'C': {'d': []}, 'g': {}}|"},
  };
  for (const Case& test : cases)
    EXPECT_EQ(row_text(root / "valid" / test.file, test.row), test.text) << test.file;
}

TEST(ParquetCorpora, BadAndHostileFilesGiveATypedErrorOrRows) {
  CORPORA(root);
  size_t files = 0, refused = 0;
  for (const char* folder : {"bad", "hostile"}) {
    for (const fs::path& path : files_of(root / folder, "")) {
      const Outcome outcome = read_all(path);
      ++files;
      EXPECT_LT(outcome.seconds, 10) << path;
      EXPECT_LE(outcome.peak_bytes, size_t{256} << 20) << path;
      if (!outcome.error) continue;
      ++refused;
      EXPECT_NE(outcome.error->code(), ErrorCode::kInternal)
          << path << ": " << outcome.error->render();
      EXPECT_FALSE(outcome.error->notes().empty()) << path << ": " << outcome.error->render();
    }
  }
  EXPECT_GT(files, 140u);
  EXPECT_GT(refused, 100u);
}

}  // namespace
}  // namespace doline::parquet
