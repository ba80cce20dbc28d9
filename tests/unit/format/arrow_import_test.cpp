// What SQL and well-behaved producers cannot reach: arrays that lie. (Types, slices and round trips
// are tested through the library, in tests/conformance/test_c_abi.py and tests/library.)
#include "format/arrow/arrow_import.h"

#include <gtest/gtest.h>

#include <deque>

#include "base/error.h"

namespace doline {
namespace {

/// A schema and an array of one column, built by hand. Everything is exactly as long as it says,
/// on the heap, so that a sanitizer sees a byte read too far.
class Foreign {
 public:
  explicit Foreign(const char* format, int64_t length, int64_t offset = 0) {
    schema_.format = format;
    schema_.name = "x";
    schema_.release = [](ArrowSchema* schema) { schema->release = nullptr; };
    array_.length = length;
    array_.offset = offset;
    array_.null_count = -1;
    array_.release = [](ArrowArray* array) { array->release = nullptr; };
    array_.buffers = buffers_;
  }
  Foreign(const Foreign&) = delete;

  Foreign& nothing() {
    buffers_[array_.n_buffers++] = nullptr;
    return *this;
  }
  template <class T>
  Foreign& buffer(std::vector<T> values) {
    auto bytes = std::make_unique<std::byte[]>(values.size() * sizeof(T));
    if (!values.empty()) std::memcpy(bytes.get(), values.data(), values.size() * sizeof(T));
    buffers_[array_.n_buffers++] = bytes.get();
    memory_.push_back(std::move(bytes));
    return *this;
  }
  Foreign& text(std::string_view bytes) {
    return buffer(std::vector<char>(bytes.begin(), bytes.end()));
  }
  Foreign& child(Foreign& other) {
    schema_children_.push_back(&other.schema_);
    array_children_.push_back(&other.array_);
    schema_.n_children = array_.n_children = static_cast<int64_t>(array_children_.size());
    schema_.children = schema_children_.data();
    array_.children = array_children_.data();
    return *this;
  }
  Foreign& dictionary(Foreign& other) {
    schema_.dictionary = &other.schema_;
    array_.dictionary = &other.array_;
    return *this;
  }
  ArrowArray& array() { return array_; }
  ArrowSchema& schema() { return schema_; }

  /// Its rows as texts, joined by '|'; or the error's code and message. The same whether the batch
  /// is imported whole or lent and read in parts.
  std::string read() {
    const std::string imported = read_by([](const ArrowImporter& importer, ArrowArray* batch) {
      return importer.import(batch, Budget::process()).chunks;
    });
    const std::string lent = read_by([&](const ArrowImporter& importer, ArrowArray* batch) {
      if (!importer.can_lend()) return importer.import(batch, Budget::process()).chunks;
      const auto held = importer.lend(batch, Budget::process());
      std::vector<Chunk> chunks;
      for (int64_t begin = 0; begin < held->array->length; begin += 7) {
        const auto rows = static_cast<uint32_t>(std::min<int64_t>(7, held->array->length - begin));
        chunks.emplace_back(std::vector{importer.read(*held, 0, begin, rows, Selection::all(rows))},
                            rows);
      }
      return chunks;
    });
    EXPECT_EQ(lent, imported);
    return imported;
  }

 private:
  template <class Read>
  std::string read_by(Read&& read) {
    Foreign root("+s", array_.length);
    root.nothing().child(*this);
    ArrowArray& batch = root.array_;
    try {
      const ArrowImporter importer(root.schema_);
      std::vector<std::string> texts;
      for (const Chunk& chunk : read(importer, &batch)) {
        for (uint32_t row = 0; row < chunk.row_count; ++row) {
          texts.push_back(Value::of(chunk.columns[0], row).to_string());
        }
      }
      EXPECT_EQ(batch.release, nullptr);
      return fmt::format("{}", fmt::join(texts, "|"));
    } catch (const Error& error) {
      return std::string(name_of(error.code())) + ": " + error.message();
    }
  }

  ArrowSchema schema_{};
  ArrowArray array_{};
  const void* buffers_[8] = {};
  std::deque<std::unique_ptr<std::byte[]>> memory_;
  std::vector<ArrowSchema*> schema_children_;
  std::vector<ArrowArray*> array_children_;
};

TEST(ArrowImport, NothingIsReadPastABuffer) {
  EXPECT_EQ(Foreign("i", 3).nothing().buffer<int32_t>({1, 2, 3}).read(), "1|2|3");
  EXPECT_EQ(Foreign("i", 2, 1).buffer<uint8_t>({0b101}).buffer<int32_t>({1, 2, 3}).read(),
            "NULL|3");
  EXPECT_EQ(Foreign("b", 3, 7).nothing().buffer<uint8_t>({0x80, 0b10}).read(), "true|false|true");
  EXPECT_EQ(Foreign("u", 2).nothing().buffer<int32_t>({0, 1, 3}).text("abc").read(), "a|bc");
  EXPECT_EQ(Foreign("u", 2).nothing().buffer<int32_t>({0, 0, 0}).nothing().read(), "|");
  EXPECT_EQ(Foreign("u", 0).nothing().nothing().nothing().read(), "");
  EXPECT_EQ(Foreign("w:3", 2).nothing().text("abcdef").read(), "abc|def");
}

TEST(ArrowImport, UnalignedValuesAreCopied) {
  std::vector<char> bytes(1 + 3000 * 8);
  for (int64_t i = 0; i < 3000; ++i) std::memcpy(bytes.data() + 1 + i * 8, &i, 8);
  Foreign column("l", 3000);
  column.nothing().buffer(bytes);
  column.array().buffers[1] = static_cast<const char*>(column.array().buffers[1]) + 1;
  EXPECT_TRUE(column.read().ends_with("|2998|2999"));
}

struct Lie {
  const char* what;
  std::function<std::string()> read;
  const char* told;
};

TEST(ArrowImport, ArraysThatLieAreRefused) {
  const auto int32s = [](int64_t rows) { return std::make_unique<Foreign>("i", rows); };
  const Lie lies[] = {
      {"negative length",
       [] {
         Foreign x("i", 0);
         x.nothing().buffer<int32_t>({});
         x.array().length = -1;
         return x.read();
       },
       "length or offset"},
      {"negative offset", [] { return Foreign("i", 1, -1).nothing().buffer<int32_t>({1}).read(); },
       "length or offset"},
      {"too few buffers", [] { return Foreign("i", 1).nothing().read(); }, "number of buffers"},
      {"no values", [] { return Foreign("i", 1).nothing().nothing().read(); }, "buffer is missing"},
      {"falling offsets",
       [] { return Foreign("u", 2).nothing().buffer<int32_t>({0, 3, 1}).text("abc").read(); },
       "offsets that fall"},
      {"negative offsets",
       [] { return Foreign("u", 1).nothing().buffer<int32_t>({-5, 1}).text("abc").read(); },
       "negative offset"},
      {"texts without bytes",
       [] { return Foreign("u", 1).nothing().buffer<int32_t>({0, 3}).nothing().read(); },
       "buffer is missing"},
      {"no UTF-8",
       [] { return Foreign("u", 1).nothing().buffer<int32_t>({0, 2}).text("\xC3(").read(); },
       "not UTF-8"},
      {"a letter cut in two",
       [] { return Foreign("u", 2).nothing().buffer<int32_t>({0, 1, 2}).text("\xC3\xA4").read(); },
       "not UTF-8"},
      {"view in no buffer",
       [] {
         return Foreign("vu", 1)
             .nothing()
             .buffer<int32_t>({13, 0, 1, 0})
             .text("thirteen long")
             .buffer<int64_t>({13})
             .read();
       },
       "in no buffer"},
      {"view past its buffer",
       [] {
         return Foreign("vu", 1)
             .nothing()
             .buffer<int32_t>({13, 0, 0, 1})
             .text("thirteen long")
             .buffer<int64_t>({13})
             .read();
       },
       "outside its buffer"},
      {"view of negative size",
       [] {
         return Foreign("vu", 1)
             .nothing()
             .buffer<int32_t>({-1, 0, 0, 0})
             .buffer<int64_t>({})
             .read();
       },
       "negative length"},
      {"list past its child",
       [&] {
         auto c = int32s(2);
         c->nothing().buffer<int32_t>({1, 2});
         Foreign x("+l", 1);
         return x.nothing().buffer<int32_t>({0, 3}).child(*c).read();
       },
       "offset past the end"},
      {"list view past its child",
       [&] {
         auto c = int32s(2);
         c->nothing().buffer<int32_t>({1, 2});
         Foreign x("+vl", 1);
         return x.nothing().buffer<int32_t>({1}).buffer<int32_t>({2}).child(*c).read();
       },
       "outside its child"},
      {"fixed list too long",
       [&] {
         auto c = int32s(3);
         c->nothing().buffer<int32_t>({1, 2, 3});
         Foreign x("+w:2", 2);
         return x.nothing().child(*c).read();
       },
       "too few rows"},
      {"struct longer than its fields",
       [&] {
         auto c = int32s(1);
         c->nothing().buffer<int32_t>({1});
         Foreign x("+s", 2);
         return x.nothing().child(*c).read();
       },
       "too few rows"},
      {"code without a value",
       [&] {
         auto d = int32s(1);
         d->nothing().buffer<int32_t>({1});
         Foreign x("c", 2);
         return x.nothing().buffer<int8_t>({0, 1}).dictionary(*d).read();
       },
       "code without a value"},
      {"negative code",
       [&] {
         auto d = int32s(1);
         d->nothing().buffer<int32_t>({1});
         Foreign x("c", 1);
         return x.nothing().buffer<int8_t>({-1}).dictionary(*d).read();
       },
       "code without a value"},
      {"runs that end early",
       [&] {
         auto e = int32s(1), v = int32s(1);
         e->nothing().buffer<int32_t>({1});
         v->nothing().buffer<int32_t>({7});
         Foreign x("+r", 2);
         return x.child(*e).child(*v).read();
       },
       "runs that end early"},
      {"run ends that fall",
       [&] {
         auto e = int32s(2), v = int32s(2);
         e->nothing().buffer<int32_t>({2, 1});
         v->nothing().buffer<int32_t>({7, 8});
         Foreign x("+r", 2);
         return x.child(*e).child(*v).read();
       },
       "do not rise"},
      {"a decimal beyond its type",
       [] { return Foreign("d:2,0,64", 1).nothing().buffer<int64_t>({100}).read(); },
       "more digits"},
      {"a missing child",
       [] {
         Foreign x("+l", 1);
         return x.nothing().buffer<int32_t>({0, 0}).read();
       },
       "child is missing"},
      {"a format that is none", [] { return Foreign("?", 1).nothing().buffer<int8_t>({0}).read(); },
       "no twin"},
      {"a width that is none",
       [] { return Foreign("w:-1", 1).nothing().buffer<int8_t>({0}).read(); }, "fixed width"},
      {"a decimal without numbers",
       [] { return Foreign("d:", 1).nothing().buffer<int8_t>({0}).read(); }, "no twin"},
  };
  for (const Lie& lie : lies)
    EXPECT_NE(lie.read().find(lie.told), std::string::npos) << lie.what << ": " << lie.read();
}

TEST(ArrowImport, GarbageUnderNullIsNotLookedAt) {
  EXPECT_EQ(Foreign("vu", 2)
                .buffer<uint8_t>({0b10})
                .buffer<int32_t>({99, 0, 7, 7, 1, 'a', 0, 0})
                .buffer<int64_t>({})
                .read(),
            "NULL|a");
  Foreign values("u", 1);
  values.nothing().buffer<int32_t>({0, 1}).text("a");
  EXPECT_EQ(
      Foreign("c", 2).buffer<uint8_t>({0b10}).buffer<int8_t>({-7, 0}).dictionary(values).read(),
      "NULL|a");
}

TEST(ArrowImport, NestingHasABottom) {
  std::deque<Foreign> nodes;
  nodes.emplace_back("i", 0).nothing().buffer<int32_t>({});
  for (int depth = 0; depth < 100; ++depth) {
    Foreign& inner = nodes.back();
    nodes.emplace_back("+l", 0).nothing().buffer<int32_t>({0}).child(inner);
  }
  EXPECT_NE(nodes.back().read().find("nested too deep"), std::string::npos);
}

TEST(ArrowImport, WhatHasToBeChargedIs) {
  constexpr size_t kMega = size_t{1} << 20;
  const BudgetRef budget = Budget::create("small", Budget::process(), 16 * kMega);  // soft: 8
  Foreign column("l", 10 * kMega / sizeof(int64_t));
  column.nothing().buffer(std::vector<int64_t>(10 * kMega / sizeof(int64_t)));
  Foreign root("+s", column.array().length);
  root.nothing().child(column);
  const ArrowImporter importer(root.schema());
  const auto imported = [&](ArrowImporter::Charge charge) {
    ArrowArray lent = root.array();
    return importer.import(&lent, *budget, charge);
  };
  EXPECT_FALSE(imported(ArrowImporter::Charge::kIfItFits).fits);
  EXPECT_EQ(budget->used_bytes(), 0U);
  {
    const ArrowImporter::Batch held = imported(ArrowImporter::Charge::kAlways);
    EXPECT_GE(budget->used_bytes(), 10 * kMega);
    EXPECT_THROW(imported(ArrowImporter::Charge::kAlways), Error);
  }
  EXPECT_EQ(budget->used_bytes(), 0U);
}

}  // namespace
}  // namespace doline
