#include "shell/completion.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace doline::shell {

namespace {

class SomeNames final : public Names {
 public:
  std::vector<std::string> tables() const override {
    return {"orders", "customers", "Order Lines"};
  }
  std::vector<std::string> columns(const std::string& source) const override {
    if (source == "orders") return {"id", "price", "placed at"};
    if (source == "customers") return {"id", "name"};
    if (source == "'data.csv'" || source == "read_csv('data.csv', header => true)")
      return {"from_file"};
    return {};
  }
  std::vector<std::string> functions() const override { return {"+", "printf", "sum", "upper"}; }
  std::vector<std::string> table_functions() const override {
    return {"range", "read_csv", "read_log"};
  }
  std::vector<std::string> settings() const override { return {"memory_limit", "threads"}; }
  std::vector<std::string> files(const std::string& directory) const override {
    if (directory == ".") return {"data.csv", "dir/", ".hidden", "it's.csv"};
    if (directory == "dir/") return {"x.parquet"};
    return {};
  }
};

/// The candidates where "|" stands.
std::vector<std::string> candidates(std::string text) {
  const size_t cursor = text.find('|');
  text.erase(cursor, 1);
  return complete(text, cursor, SomeNames()).candidates;
}

using Texts = std::vector<std::string>;

TEST(Completion, KnowsWhatMayStandWhere) {
  const std::pair<const char*, Texts> cases[] = {
      {"select pri| from orders", {"price", "primary", "printf("}},
      {"select PL| from orders", {"\"placed at\"", "PLACING"}},
      {"select \"pla| from orders", {"\"placed at\""}},
      {"select o.| from orders o", {"id", "\"placed at\"", "price"}},
      {"select c.na| from orders o join customers as c on o.id = c.id", {"name"}},
      {"select | from customers", {"id", "name"}},
      {"select fro| from 'data.csv'", {"from_file", "from"}},
      {"select fro| from read_csv('data.csv', header => true)", {"from_file", "from"}},
      {"select 1; select na| from customers; select 2 from orders", {"name", "natural"}},
      {"from or|", {"\"Order Lines\"", "orders"}},
      {"from orders, cu|", {"customers"}},
      {"from read|", {"read_csv(", "read_log("}},
      {"insert into cus|", {"customers"}},
      {"set th|", {"threads"}},
      {"sel|", {"select"}},
      {"SEL|", {"SELECT"}},
      {"select -- su|", {}},
      {"select upp|", {"upper("}},
      {"select pric|", {"price"}},  // of any table, as FROM is not written yet
      {"from 'da|", {"data.csv'"}},
      {"from 'dir/|", {"dir/x.parquet'"}},
      {"from 'it|", {"it''s.csv'"}},
      {"from '.h|", {".hidden'"}},
      {".mo|", {".mode"}},
      {".mode j|", {"json", "jsonlines"}},
      {".timer o|", {"on", "off"}},
      {".schema ord|", {"Order Lines", "orders"}},
      {".manual su|", {"sum"}},
      {".read di|", {"dir/"}},
      {".nothing x|", {}},
  };
  for (const auto& [text, wanted] : cases) {
    Texts found = candidates(text);
    Texts sorted = wanted;
    std::sort(found.begin(), found.end());
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(found, sorted) << text;
  }
}

TEST(Completion, ColumnsComeBeforeFunctions) {
  EXPECT_EQ(candidates("select pr| from orders").front(), "price");
}

TEST(Completion, TheCommonBeginIsCutBetweenCharacters) {
  EXPECT_EQ((Completions{0, {"price", "printf("}}).common_begin(), "pri");
  EXPECT_EQ((Completions{0, {"é1", "è2"}}).common_begin(), "");
  EXPECT_EQ(Completions{}.common_begin(), "");
}

TEST(Completion, AnyTextIsTaken) {
  for (const char* text :
       {"|", "'|", "\"|", "((((|", "from (|", "from a.|", ".|", "select $$ab|", "from 'x' x,|",
        "/* |", "select ]|", "\xff|", "from range(|", "e'|", ". |"}) {
    candidates(text);
  }
}

}  // namespace

}  // namespace doline::shell
