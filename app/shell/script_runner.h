#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/session.h"
#include "shell/output.h"
#include "shell/progress_bar.h"

namespace doline::shell {

/// Runs statements and dot commands of a text one after the other: results on standard output,
/// errors with their place, what readers left out, and progress on standard error.
class ScriptRunner final : public StatementWatcher {
 public:
  explicit ScriptRunner(Session& session);
  ~ScriptRunner() override;
  ScriptRunner(const ScriptRunner&) = delete;

  enum class Outcome : uint8_t { kDone, kFailed, kInterrupted, kQuit, kOutputClosed };
  /// Stops at the first error, which it tells.
  Outcome run(std::string_view text);
  /// A file of statements, opened as the session may open files.
  Outcome run_file(const std::string& path, const AccessPolicy& policy);

  Session& session() { return session_; }
  OutputStream& out() { return out_; }
  OutputOptions& options() { return options_; }
  const Palette& palette() const { return palette_; }
  bool& shows_times() { return shows_times_; }

  // StatementWatcher:
  bool is_unwanted(const Query& running) override;
  bool is_unwanted_unbound() override;
  void ended(const Query&) override {}

 private:
  Outcome run_statements(std::string_view text);
  void run_statement(const Prepared& prepared);
  Outcome tell(const Error& error, std::string_view source);
  /// The first rows that readers left out since the statement began, and how many there are.
  void tell_rejects(uint64_t generation_before);
  /// The columns that became texts under the statement.
  void tell_losses(uint64_t learned_before);

  Session& session_;
  OutputOptions options_;
  bool shows_times_ = false;
  OutputStream out_;
  Palette palette_;
  Palette error_palette_;
  ProgressBar progress_;
  std::vector<std::string> files_;  // that are being run, the outermost first
};

}  // namespace doline::shell
