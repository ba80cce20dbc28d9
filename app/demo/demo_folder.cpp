#include "demo_folder.h"

#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/error.h"

namespace doline::demo {

namespace {

namespace fs = std::filesystem;

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// "logs_1.parquet".
bool is_kept_log(std::string_view name) {
  constexpr std::string_view kBegin = "logs_", kEnd = ".parquet";
  return name.size() > kBegin.size() + kEnd.size() && name.starts_with(kBegin) &&
         name.ends_with(kEnd) &&
         is_number(name.substr(kBegin.size(), name.size() - kBegin.size() - kEnd.size()));
}

bool is_outcome(std::string_view name) {
  for (const char* ours :
       {"demo.sql", "heatmap.png", "report.csv", "report.html", "requests", "requests.log"}) {
    if (name == ours) return true;
  }
  return is_kept_log(name);
}

/// ".requests.log.0123456789abcdef.part": what a killed process was writing.
bool is_unfinished(std::string_view name) {
  constexpr std::string_view kEnd = ".part";
  if (!name.starts_with('.') || !name.ends_with(kEnd)) return false;
  const std::string_view inner = name.substr(1, name.size() - 1 - kEnd.size());
  const size_t dot = inner.rfind('.');
  return dot != inner.npos && is_outcome(inner.substr(0, dot));
}

}  // namespace

void DemoFolder::prepare() const {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error || ::access(path_.c_str(), W_OK) != 0) {
    throw Error(ErrorCode::kIo, "cannot write into {}: {}", path_,
                error ? error.message() : "permission denied");
  }
  remove_all();
}

void DemoFolder::remove_temporary() const {
  std::error_code ignored;
  fs::remove(path_ + "/requests.log", ignored);
}

void DemoFolder::remove_all() const {
  std::error_code error, ignored;
  std::vector<fs::path> ours;
  for (fs::directory_iterator at(path_, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (is_outcome(name) || is_unfinished(name)) ours.push_back(at->path());
  }
  for (const fs::path& path : ours) fs::remove_all(path, ignored);
}

}  // namespace doline::demo
