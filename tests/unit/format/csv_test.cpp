#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "format/csv/block_cutter.h"
#include "format/csv/padded_value.h"
#include "format/csv/parser.h"
#include "format/csv/sniffer.h"
#include "kernel/simd.h"

namespace doline {
namespace {

/// From memory, in reads of a given size.
class TextStream final : public ByteStream {
 public:
  explicit TextStream(std::string text) : ByteStream("text.csv"), text_(std::move(text)) {}

 protected:
  size_t read_some(std::span<std::byte> into) override {
    const size_t size = std::min(into.size(), text_.size() - at_);
    text_.copy(reinterpret_cast<char*>(into.data()), size, at_);
    at_ += size;
    return size;
  }

 private:
  const std::string text_;
  size_t at_ = 0;
};

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(const CsvDialect& dialect, std::string_view text) {
  Rows out;
  CsvRows rows(dialect);
  rows.begin(text);
  std::string scratch;
  for (uint32_t count = rows.next(7); count > 0; count = rows.next(7)) {
    for (uint32_t row = 0; row < count; ++row) {
      if (rows.is_comment(row)) continue;
      std::vector<std::string> values;
      for (uint32_t field = 0; field < rows.fields_of(row); ++field) {
        std::string_view value = rows.field(row, field);
        csv_value(dialect, value, scratch, value);
        values.emplace_back(value);
      }
      out.push_back(std::move(values));
    }
  }
  return out;
}

TEST(CsvRows, SplitsAsTheDialectSays) {
  const struct {
    const char* name;
    CsvDialect dialect;
    std::string text;
    Rows rows;
  } cases[] = {
      {"plain", {}, "a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
      {"no newline at the end", {}, "1,2", {{"1", "2"}}},
      {"carriage returns", {}, "1,2\r\n3,\r\n", {{"1", "2"}, {"3", ""}}},
      {"quotes", {}, "\"a,b\",\"c\nd\",\"e\"\"f\"\n", {{"a,b", "c\nd", "e\"f"}}},
      {"quote within a value", {}, "x\"y,1\nz\"w\"k,2\n", {{"x\"y", "1"}, {"z\"w\"k", "2"}}},
      {"spaces before a quote", {}, "1, \"x,y\"\n", {{"1", "x,y"}}},
      {"escape", {',', '"', '\\'}, "\"a\\\",b\",2\n", {{"a\",b", "2"}}},
      {"comments",
       {',', '"', '"', '#'},
       "# a,b\n1,2\n3,4#x,\"\n5,6\n",
       {{"1", "2"}, {"3", "4"}, {"5", "6"}}},
      {"no quotes", {',', 0, 0}, "\"a,b\"\n", {{"\"a", "b\""}}},
      {"old newlines", {',', '"', '"', 0, true}, "1,2\r3,4\r", {{"1", "2"}, {"3", "4"}}},
  };
  for (const auto& c : cases) {
    // The same behind a whole word of 64 bytes, where the vector kernel works.
    const std::string prefix = std::string(69, 'p') + ",q" + c.dialect.newline();
    Rows behind = rows_of(c.dialect, prefix + c.text + c.text + c.text);
    EXPECT_EQ(rows_of(c.dialect, c.text), c.rows) << c.name;
    ASSERT_FALSE(behind.empty()) << c.name;
    behind.erase(behind.begin());
    if (c.text.ends_with(c.dialect.newline())) {
      Rows three;
      for (int i = 0; i < 3; ++i) three.insert(three.end(), c.rows.begin(), c.rows.end());
      EXPECT_EQ(behind, three) << c.name;
    }
  }
}

/// A text of signs that matter, seeded.
std::string random_text(uint64_t seed, size_t size) {
  static constexpr char kSigns[] = "ab,\"\n ,\"x\r\n\\#";
  std::string text;
  for (size_t i = 0; i < size; ++i) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    text.push_back((seed >> 60) < 6 ? kSigns[(seed >> 33) % (sizeof kSigns - 1)] : 'k');
  }
  return text;
}

TEST(CsvRows, WordsAndStateMachineAgree) {
  const CsvDialect dialects[] = {{}, {',', '"', '\\'}, {',', '"', '"', '#'}, {',', 0, 0}};
  for (const CsvDialect& dialect : dialects) {
    for (uint64_t seed = 0; seed < 300; ++seed) {
      const std::string text = random_text(seed, 500);
      CsvPositions wide, narrow, wide_rows, narrow_rows;
      CsvScanner by_words(dialect);
      by_words.begin(CsvState::kFieldStart);
      by_words.scan(text, 0, text.size(), wide, wide_rows);
      CsvScanner by_bytes(dialect);
      by_bytes.begin(CsvState::kFieldStart);
      // Parts below 64 bytes go through the state machine alone.
      for (size_t at = 0; at < text.size();) {
        at = by_bytes.scan(text, at, std::min(text.size(), at + 37), narrow, narrow_rows);
      }
      const auto list = [](const CsvPositions& of) {
        return std::vector<uint32_t>(of.begin(), of.end());
      };
      ASSERT_EQ(list(wide), list(narrow)) << seed << ": " << text;
      ASSERT_EQ(list(wide_rows), list(narrow_rows)) << seed;
      ASSERT_EQ(by_words.state(), by_bytes.state()) << seed;
    }
  }
}

TEST(CsvKernels, LevelsAgree) {
  const auto run = [](const CsvKernels& kernels, const CsvSigns& signs, const std::string& text) {
    std::vector<uint32_t> positions(text.size() + 16), rows(text.size());
    CsvCarry carry{0, 1};
    const CsvMarked done = kernels.mark(text.data(), text.size() / 64, &signs, &carry, 5, 3,
                                        positions.data(), rows.data());
    positions.resize(done.positions);
    rows.resize(done.row_ends);
    CsvCarry skimmed{0, 1};
    const CsvSkimmed found = kernels.skim(text.data(), text.size() / 64, &signs, &skimmed);
    EXPECT_EQ(found.words, done.words);
    EXPECT_EQ(skimmed.inside, carry.inside);
    if (!rows.empty()) {
      EXPECT_EQ(found.first_end, positions[rows.front() - 3] - 5);
      EXPECT_EQ(found.last_end, positions[rows.back() - 3] - 5);
      const auto to = text.begin() + static_cast<long>(found.last_end) + 1;
      EXPECT_EQ(found.newlines_last, static_cast<uint64_t>(std::count(text.begin(), to, '\n')));
    }
    const auto behind = text.begin() + static_cast<long>(found.words * 64);
    EXPECT_EQ(found.newlines, static_cast<uint64_t>(std::count(text.begin(), behind, '\n')));
    return std::tuple(done.words, positions, rows, carry.inside, carry.may_open);
  };
  const CsvDialect dialects[] = {{}, {';', '"', '\\'}, {',', '"', '"', '#'}, {',', 0, 0}};
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const std::string text = random_text(seed, 1024);
    for (const CsvDialect& dialect : dialects) {
      const CsvSigns signs = dialect.signs();
      const auto expected = run(scalar::kCsvKernels, signs, text);
      if (cpu_has(SimdLevel::kAvx2)) {
        EXPECT_EQ(run(avx2::kCsvKernels, signs, text), expected) << seed;
      }
      if (cpu_has(SimdLevel::kAvx512)) {
        EXPECT_EQ(run(avx512::kCsvKernels, signs, text), expected) << seed;
      }
    }
  }
}

TEST(PaddedValue, ReadsWhatTheOtherWayReads) {
  const char* const texts[] = {"0",
                               "7",
                               "-7",
                               "12345678",
                               "123456789012345",
                               "1234567890123456",
                               "1.5",
                               "-0.04",
                               "21168.23",
                               ".5",
                               "5.",
                               ".",
                               "-",
                               "",
                               "1.2.3",
                               "12a",
                               "a12",
                               "1-2",
                               "0.000000000000001",
                               "99999999999999.9",
                               "1996-03-13",
                               "1900-01-01",
                               "2099-12-31",
                               "2000-02-29",
                               "1999-02-29",
                               "1996-13-01",
                               "1996-00-10",
                               "1996-01-00",
                               "1899-12-31",
                               "1996/03/13",
                               "1996-3-130"};
  for (const std::string text : texts) {
    std::string buffer =
        text + std::string(padded::kReadable, '9');  // what stands behind means nothing
    const std::string_view view = std::string_view(buffer).substr(0, text.size());
    int64_t whole = 0, expected_whole = 0;
    if (padded::read_integer(view, whole)) {
      ASSERT_TRUE(parse_csv_integer(text, expected_whole)) << text;
      EXPECT_EQ(whole, expected_whole) << text;
    }
    double real = 0, expected_real = 0;
    if (padded::read_double(view, real)) {
      ASSERT_TRUE(parse_csv_double(text, '.', expected_real)) << text;
      EXPECT_EQ(real, expected_real) << text;
    }
    int32_t days = 0, expected_days = 0;
    if (text.size() == 10 && padded::read_date(view.data(), days)) {
      ASSERT_TRUE(parse_csv_date(text, expected_days)) << text;
      EXPECT_EQ(days, expected_days) << text;
    }
  }
  int64_t value = 0;
  EXPECT_TRUE(padded::read_integer(
      std::string_view("-123456789012345                 ").substr(0, 16), value));
  EXPECT_EQ(value, -123456789012345);
  EXPECT_TRUE(
      padded::read_decimal(std::string_view("12.5                 ").substr(0, 4), 6, 3, value));
  EXPECT_EQ(value, 12500);
  EXPECT_FALSE(
      padded::read_decimal(std::string_view("1234.5                 ").substr(0, 6), 6, 3, value));
  EXPECT_FALSE(
      padded::read_decimal(std::string_view("0.1234                 ").substr(0, 6), 6, 3, value));
}

TEST(CsvBlockCutter, PiecesHoldTheSameRowsAsTheWhole) {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const std::string text = random_text(seed, 3000) + "\"\n";
    CsvOptions options;
    const Rows whole = rows_of(options.dialect, text);
    for (const size_t block : {33, 64, 1000, 5000}) {
      CsvBlockCutter cutter(std::make_unique<ReadAhead>(std::make_unique<TextStream>(text), block,
                                                        2, current_budget()),
                            options, "text.csv");
      Rows parts;
      uint64_t byte = 0;
      std::vector<CsvPiece> pieces;
      for (Poll poll; (poll = cutter.next(pieces, Waker())) != Poll::kDone;) {
        if (poll == Poll::kBlocked) continue;
        for (const CsvPiece& piece : pieces) {
          EXPECT_EQ(piece.place.byte, byte);
          EXPECT_EQ(piece.place.line,
                    1u + static_cast<uint64_t>(std::count(
                             text.begin(), text.begin() + static_cast<long>(byte), '\n')));
          byte += piece.text.size();
          const Rows rows = rows_of(options.dialect, piece.text);
          parts.insert(parts.end(), rows.begin(), rows.end());
        }
      }
      ASSERT_EQ(byte, text.size()) << seed << " in blocks of " << block;
      ASSERT_EQ(parts, whole) << seed << " in blocks of " << block;
    }
  }
}

TEST(CsvBlockCutter, ARowBeyondTheLimitIsAnError) {
  CsvOptions options;
  options.max_line_bytes = 100;
  CsvBlockCutter cutter(
      std::make_unique<ReadAhead>(std::make_unique<TextStream>("a,b\n\"" + std::string(5000, 'x')),
                                  64, 2, current_budget()),
      options, "text.csv");
  std::vector<CsvPiece> pieces;
  EXPECT_THROW(
      {
        while (cutter.next(pieces, Waker()) != Poll::kDone) {
        }
      },
      Error);
}

TEST(CsvSniffer, FindsWhatDuckDbFinds) {
  const struct {
    const char* text;
    char delimiter;
    bool header;
    const char* columns;
  } cases[] = {
      {"a,b\n1,x\n2,y\n", ',', true, "a BIGINT, b VARCHAR"},
      {"1,2\n3,4\n", ',', false, "column0 BIGINT, column1 BIGINT"},
      {"x,y\nz,w\n", ',', true, "x VARCHAR, y VARCHAR"},
      {"a;b\n1,5;2\n3,5;4\n", ';', true, "a VARCHAR, b BIGINT"},
      {"a|b\n1|2\n", '|', true, "a BIGINT, b BIGINT"},
      {"a\tb\n1.5\t2020-01-01\n", '\t', true, "a DOUBLE, b DATE"},
      {"a,b\n001,true\n002,false\n", ',', true, "a VARCHAR, b BOOLEAN"},
      {"a,b\n10:00,2020-01-01 10:00:00\n", ',', true, "a TIME, b TIMESTAMP"},
      {"a,b\n1,\n2,\n", ',', true, "a BIGINT, b VARCHAR"},
      {"a,a,,A\n1,2,3,4\n", ',', true, "a BIGINT, a_1 BIGINT, column2 BIGINT, A_2 BIGINT"},
      {"a,b,c\n1,2,3,\n4,5,6,\n", ',', true, "a BIGINT, b BIGINT, c BIGINT"},
      {"title line\n\na,b\n1,2\n3,4\n", ',', true, "a BIGINT, b BIGINT"},
      {"a,b\n01-02-2020,1\n", ',', true, "a DATE, b BIGINT"},
      {"a,b\r1,2\r3,4\r", ',', true, "a BIGINT, b BIGINT"},
      {"a,b\n'x,y',2\n'z',4\n", ',', true, "a VARCHAR, b BIGINT"},
      {"a\n99999999999999999999\n2\n", ',', true, "a HUGEINT"},
      {"", ',', false, "column0 VARCHAR"},
  };
  for (const auto& c : cases) {
    const CsvSniffed sniffed = sniff_csv(CsvOptions(), c.text, true);
    std::string columns;
    for (const Field& field : sniffed.schema) {
      columns += (columns.empty() ? "" : ", ") + field.name + " " + field.type->name();
    }
    EXPECT_EQ(columns, c.columns) << c.text;
    EXPECT_EQ(sniffed.options.dialect.delimiter, c.delimiter) << c.text;
    EXPECT_EQ(sniffed.options.header.value_or(false), c.header) << c.text;
  }
}

TEST(CsvSniffer, ReadsAHeaderAsItWouldBeSniffed) {
  const auto names = [](std::string_view text, auto change) {
    CsvOptions options;
    change(options);
    return fmt::format("{}", fmt::join(csv_header(options, text, 3), "|"));
  };
  const auto plain = [](CsvOptions&) {};
  EXPECT_EQ(names("a, b ,\"c,d\"\n1,2,3\n", plain), "a|b|c,d");
  EXPECT_EQ(names("\n\nb,a", plain), "b|a");
  EXPECT_EQ(names("a,b,c,d\n", plain), "a|b|c|d");
  EXPECT_EQ(names("a,A,\n", plain), "a|A_1|column2");
  EXPECT_EQ(names("a,b,c,\n", plain), "a|b|c");  // a delimiter at the end
  EXPECT_EQ(names("", plain), "");
  EXPECT_EQ(names("#x\nNA,b\n",
                  [](CsvOptions& options) {
                    options.dialect.comment = '#';
                    options.null_strings = {"NA"};
                    options.null_padding = true;
                  }),
            "column0|b|column2");
  EXPECT_EQ(names("A b,C\n",
                  [](CsvOptions& options) {
                    options.normalize_names = true;
                    options.names = {"p"};
                  }),
            "p|c");
}

TEST(CsvParser, ParsesValuesAndKeepsWhatItCannot) {
  const std::string text = "1,1.5,2020-01-02,x\n\"2\",,bad,\"y\"\"z\"\n3,4\n";
  const BufferRef buffer = Buffer::copy_of(std::as_bytes(std::span(text)));
  CsvOptions options;
  CsvParser parser(options, 4, nullptr);
  parser.begin({buffer->as<char>(), text.size()}, buffer, false);
  uint32_t rows;
  ASSERT_TRUE(parser.next(100, rows));
  ASSERT_EQ(rows, 2u);
  ASSERT_EQ(parser.failures().size(), 1u);
  EXPECT_EQ(parser.failures()[0].reason, "expected 4 values, found 2");
  const Selection all = Selection::all(rows);
  const Column numbers = parser.column(0, Type::int32(), all);
  EXPECT_EQ(numbers.value<int32_t>(0), 1);
  EXPECT_EQ(numbers.value<int32_t>(1), 2);
  const Column decimals = parser.column(1, Type::decimal(5, 2), all);
  EXPECT_EQ(decimals.value<int64_t>(0), 150);
  EXPECT_TRUE(decimals.is_null(1));
  const Column days = parser.column(2, Type::date(), all);
  EXPECT_EQ(days.value<int32_t>(0), 18263);
  EXPECT_TRUE(days.is_null(1));
  ASSERT_EQ(parser.failures().size(), 2u);
  EXPECT_EQ(parser.failures()[1].column, 2u);
  EXPECT_EQ(parser.failures()[1].row, 1u);
  EXPECT_EQ(parser.column(3, Type::varchar(), all).text(1), "y\"z");
  EXPECT_FALSE(parser.next(100, rows));
}

}  // namespace
}  // namespace doline
