#pragma once

#include <map>

#include "engine/session.h"
#include "shell/completion.h"

namespace doline::shell {

/// What a session's catalog and the function registry know. Files in FROM are looked into once for
/// their columns, as far as the session may open them.
class SessionNames final : public Names {
 public:
  explicit SessionNames(Session& session) : session_(session) {}

  std::vector<std::string> tables() const override { return session_.table_names(); }
  std::vector<std::string> columns(const std::string& source) const override;
  std::vector<std::string> functions() const override;
  std::vector<std::string> table_functions() const override;
  std::vector<std::string> settings() const override;
  std::vector<std::string> files(const std::string& directory) const override;

 private:
  Session& session_;
  mutable std::map<std::string, std::vector<std::string>> columns_of_files_;
};

}  // namespace doline::shell
