#include "shell/history.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace doline::shell {

namespace {

class HistoryTest : public testing::Test {
 protected:
  HistoryTest()
      : folder_(std::filesystem::path(testing::TempDir()) /
                ("history_" + std::to_string(::getpid()))) {}
  ~HistoryTest() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return (folder_ / "state" / "doline" / "history").string(); }

  const std::filesystem::path folder_;
};

TEST_F(HistoryTest, ComesBackWithItsLinesAndBackslashes) {
  const std::string odd = "select '\\n\\\\'\nfrom t\nwhere x = 'é漢'";
  History(path()).add("  " + odd + " \n");
  History(path()).add("select 2");
  const History read(path());
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0], odd);
  EXPECT_EQ(read[1], "select 2");
  struct stat status{};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(HistoryTest, LeavesOutWhatIsEmptyOrSaidTwice) {
  History history(path());
  for (const char* entry : {"a", "a", " ", "", "b", "a"}) history.add(entry);
  EXPECT_EQ(history.size(), 3U);
  EXPECT_EQ(History(path()).size(), 3U);
}

TEST_F(HistoryTest, IsSearchedBothWaysWithoutRegardToCase) {
  History history;
  for (const char* entry : {"SELECT one", "select two", "from t"}) history.add(entry);
  EXPECT_EQ(history.find_older("SELECT", 3), 1U);
  EXPECT_EQ(history.find_older("select", 1), 0U);
  EXPECT_EQ(history.find_older("select", 0), std::nullopt);
  EXPECT_EQ(history.find_newer("select", 0), 1U);
  EXPECT_EQ(history.find_newer("select", 1), std::nullopt);
}

TEST_F(HistoryTest, KeepsTheNewestAndCutsTheFile) {
  std::filesystem::create_directories(std::filesystem::path(path()).parent_path());
  {
    std::ofstream file(path());
    for (size_t i = 0; i < 2 * History::kMostEntries + 5; ++i) file << "select " << i << "\n";
  }
  const History read(path());
  ASSERT_EQ(read.size(), History::kMostEntries);
  EXPECT_EQ(read[read.size() - 1], "select 20004");
  std::ifstream file(path());
  EXPECT_EQ(std::count(std::istreambuf_iterator<char>(file), {}, '\n'),
            static_cast<ptrdiff_t>(History::kMostEntries));
}

TEST_F(HistoryTest, AFileThatCannotBeWrittenCostsNothingElse) {
  History history("/proc/no/such/history");
  history.add("select 1");
  EXPECT_EQ(history.size(), 1U);
}

}  // namespace

}  // namespace doline::shell
