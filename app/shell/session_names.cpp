#include "shell/session_names.h"

#include <dirent.h>
#include <sys/stat.h>

#include <cstdlib>

#include "column/text_format.h"
#include "shell/manual.h"

namespace doline::shell {

namespace {

/// Whether looking at the source reads nothing away and waits for nobody.
bool can_be_looked_into(const std::string& source) {
  const size_t quote = source.find('\'');
  if (quote == std::string::npos) return source.find('(') == std::string::npos;
  const std::string path = source.substr(quote + 1, source.find('\'', quote + 1) - quote - 1);
  struct stat status{};
  if (path == "-" || path.starts_with("/dev/") || path.starts_with("/proc/")) return false;
  return ::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode);
}

}  // namespace

std::vector<std::string> SessionNames::columns(const std::string& source) const {
  const bool is_file = source.find('\'') != std::string::npos;
  if (const auto known = columns_of_files_.find(source); known != columns_of_files_.end())
    return known->second;
  std::vector<std::string> names;
  // In safe mode a file's existence is not even asked for.
  if (is_file && !session_.database().policy().is_open()) return names;
  if (!can_be_looked_into(source)) return names;
  try {
    // Bound, not run: no file is read beyond what tells its columns.
    const auto query = session_.run("DESCRIBE SELECT * FROM " + source);
    while (const auto chunk = query->next()) {
      for (uint32_t i = 0; i < chunk->size(); ++i) {
        std::string name;
        append_text(name, chunk->columns[0], chunk->active[i]);
        names.push_back(std::move(name));
      }
    }
  } catch (const Error&) {
    return names;  // the statement will say what is wrong
  }
  if (is_file) columns_of_files_[source] = names;
  return names;
}

std::vector<std::string> SessionNames::functions() const { return function_names(); }
std::vector<std::string> SessionNames::table_functions() const { return table_function_names(); }

std::vector<std::string> SessionNames::settings() const {
  std::vector<std::string> names;
  for (const SettingDeclaration& setting : all_settings()) names.emplace_back(setting.name);
  return names;
}

std::vector<std::string> SessionNames::files(const std::string& directory) const {
  std::vector<std::string> names;
  if (!session_.database().policy().is_open()) return names;
  std::string path = directory;
  if (path.starts_with("~/")) {
    const char* home = std::getenv("HOME");
    if (home == nullptr) return names;
    path.replace(0, 1, home);
  }
  DIR* const opened = ::opendir(path.c_str());
  if (opened == nullptr) return names;
  while (const dirent* entry = ::readdir(opened)) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat status{};
    const bool is_directory =
        ::stat((path + "/" + name).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    names.push_back(name + (is_directory ? "/" : ""));
  }
  ::closedir(opened);
  return names;
}

}  // namespace doline::shell
