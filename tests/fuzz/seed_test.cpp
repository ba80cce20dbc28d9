// Every file of tests/fuzz/seeds/TARGET goes once through the fuzz target's own entry, as a test of
// its own: what a fuzzer found once stays found where no fuzzer runs. A seed that no longer holds
// ends the program, under the name of its test.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

// DOLINE_FUZZ_TARGETS is X(bind) X(csv) …; tests/CMakeLists.txt gives each entry its target's name.
#define X(name) extern "C" int fuzz_##name(const uint8_t* data, size_t size);
DOLINE_FUZZ_TARGETS
#undef X

namespace {

struct Target {
  const char* name;
  int (*run)(const uint8_t* data, size_t size);
};

constexpr Target kTargets[] = {
#define X(name) {#name, fuzz_##name},
    DOLINE_FUZZ_TARGETS
#undef X
};

class SeedTest final : public testing::Test {
 public:
  SeedTest(Target target, std::filesystem::path path) : target_(target), path_(std::move(path)) {}
  void TestBody() override {
    std::ifstream file(path_, std::ios::binary);
    ASSERT_TRUE(file) << path_;
    // A block of the input's own size, so that the sanitizer sees an over-read.
    const std::string read{std::istreambuf_iterator<char>(file), {}};
    const std::vector<uint8_t> bytes(read.begin(), read.end());
    EXPECT_EQ(target_.run(bytes.data(), bytes.size()), 0);
  }

 private:
  const Target target_;
  const std::filesystem::path path_;
};

/// A folder whose target has gone, or has another name, would go untested without a word.
void register_seeds() {
  const std::filesystem::path seeds = DOLINE_FUZZ_SEEDS;
  for (const auto& folder : std::filesystem::directory_iterator(seeds)) {
    const std::string name = folder.path().filename();
    if (name == "plans") continue;  // scripts, which the SQL corpus runs
    const auto target = std::find_if(std::begin(kTargets), std::end(kTargets),
                                     [&](const Target& each) { return each.name == name; });
    if (target == std::end(kTargets)) {
      std::fprintf(stderr, "%s: no such fuzz target\n", folder.path().c_str());
      std::exit(1);
    }
    for (const auto& seed : std::filesystem::directory_iterator(folder)) {
      testing::RegisterTest(
          "Seeds", (name + "/" + seed.path().filename().string()).c_str(), nullptr, nullptr,
          __FILE__, __LINE__,
          [target, path = seed.path()]() -> testing::Test* { return new SeedTest(*target, path); });
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  register_seeds();
  return RUN_ALL_TESTS();
}
