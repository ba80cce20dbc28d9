#include "shell/script_runner.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "base/spelled_out.h"
#include "io/file_system.h"
#include "kernel/time_zone.h"
#include "shell/display.h"
#include "shell/dot_commands.h"
#include "shell/interrupt.h"
#include "shell/terminal.h"
#include "sql/lexer.h"
#include "table/rejects.h"

namespace doline::shell {

namespace {

constexpr size_t kShownRejects = 10;
constexpr size_t kMostNestedFiles = 16;

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Wall, user and system time since it was made.
class Stopwatch {
 public:
  Stopwatch() { ::getrusage(RUSAGE_SELF, &before_); }
  std::string text() const {
    rusage now{};
    ::getrusage(RUSAGE_SELF, &now);
    const double real =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    return fmt::format("Run Time (s): real {:.3f} user {:.6f} sys {:.6f}\n", real,
                       seconds(now.ru_utime) - seconds(before_.ru_utime),
                       seconds(now.ru_stime) - seconds(before_.ru_stime));
  }

 private:
  rusage before_{};
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

void print_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

/// Where the next part of a script ends: a dot command is a line of its own between statements.
struct Part {
  size_t begin, end;
  bool is_dot_command;
};

std::vector<Part> parts_of(std::string_view text) {
  std::vector<Part> parts;
  size_t begin = 0;
  while (true) {
    const size_t first = text.find_first_not_of(" \t\r\n", begin);
    if (first == std::string_view::npos) return parts;
    if (text[first] == '.') {
      const size_t end = std::min(text.find('\n', first), text.size());
      parts.push_back({first, end, true});
      begin = end;
      continue;
    }
    // Statements, up to a line that begins with a dot while none is open.
    size_t end = first;
    while (true) {
      end = std::min(text.find('\n', end), text.size());
      if (end == text.size()) break;
      const size_t next = text.find_first_not_of(" \t\r\n", end);
      if (next != std::string_view::npos && text[next] == '.' &&
          !sql::is_unfinished(text.substr(first, end - first)))
        break;
      ++end;
    }
    parts.push_back({first, end, false});
    begin = end;
  }
}

}  // namespace

ScriptRunner::ScriptRunner(Session& session)
    : session_(session),
      out_(STDOUT_FILENO),
      palette_(Palette::of_terminal(STDOUT_FILENO)),
      error_palette_(Palette::of_terminal(STDERR_FILENO)),
      progress_(STDERR_FILENO) {
  out_.set_before_writing([this] { progress_.erase(); });
  session_.set_watcher(this);
}

ScriptRunner::~ScriptRunner() { session_.set_watcher(nullptr); }

bool ScriptRunner::is_unwanted(const Query& running) {
  progress_.update(running.progress());
  return was_interrupted();
}

bool ScriptRunner::is_unwanted_unbound() { return was_interrupted(); }

ScriptRunner::Outcome ScriptRunner::tell(const Error& error, std::string_view source) {
  progress_.erase();
  if (out_.is_closed()) return Outcome::kOutputClosed;
  try {
    out_.flush();
  } catch (const Error& second) {
    if (out_.is_closed()) return Outcome::kOutputClosed;
    print_error(second.render() + "\n");
  }
  Error named = error;
  if (error.code() == ErrorCode::kSyntax) {
    const std::string command = dot_command_meant(source);
    if (!command.empty()) named = Error(error).hint("did you mean " + command + "?");
  }
  if (!files_.empty() && files_.back() != "-") named.add_note("in " + files_.back());
  const std::string text = named.render(source) + "\n";
  const size_t colon = text.find(':');
  print_error(error_palette_.paint(Style::kError, text.substr(0, colon)) + text.substr(colon));
  return error.code() == ErrorCode::kCancelled && was_interrupted() ? Outcome::kInterrupted
                                                                    : Outcome::kFailed;
}

void ScriptRunner::tell_rejects(uint64_t generation_before) {
  const RejectStore& store = session_.rejects();
  const uint64_t count = store.count();
  if (store.generation() == generation_before || count == 0) return;
  std::string text =
      fmt::format("{}: {} damaged line{} left out\n",
                  error_palette_.paint(Style::kStrong, "warning"), count, count == 1 ? "" : "s");
  const std::vector<Reject> rejects = store.list();
  uint64_t shown = 0;
  for (size_t i = 0; i < rejects.size() && i < kShownRejects; ++i) {
    const Reject& reject = rejects[i];
    const std::string lines = reject.lines == 1 ? fmt::format("line {}", reject.line)
                                                : fmt::format("lines {} to {}", reject.line,
                                                              reject.line + reject.lines - 1);
    text += fmt::format("  {}, {}: {}\n", reject.file, lines, spelled_out(reject.reason));
    shown += reject.lines;
  }
  if (count > shown) text += fmt::format("  and {} more: FROM rejects()\n", count - shown);
  print_error(text);
}

void ScriptRunner::tell_losses(uint64_t learned_before) {
  std::string text;
  for (const std::string& told : session_.learned().losses_since(learned_before)) {
    text +=
        fmt::format("{}: {}\n", error_palette_.paint(Style::kStrong, "warning"), spelled_out(told));
  }
  if (!text.empty()) print_error(text);
}

void ScriptRunner::run_statement(const Prepared& prepared) {
  const Stopwatch watch;
  const uint64_t generation = session_.rejects().generation();
  const uint64_t learned = session_.learned().version();
  progress_.begin_query();
  out_.flush();  // COPY … TO '/dev/stdout' has its place in the order
  // Only where the result goes to a terminal has that a width, which may change at any time.
  options_.width = terminal_columns(STDOUT_FILENO);
  const auto tell_time = [&] {
    progress_.erase();
    if (shows_times_) out_.write(watch.text());
  };
  try {
    auto query = session_.run(prepared);
    if (query->returns_rows()) {
      print_result(*query, options_, out_, find_zone(session_.settings().time_zone), palette_);
    }
  } catch (const Error&) {
    tell_time();
    throw;
  }
  tell_time();
  out_.flush();
  tell_rejects(generation);
  tell_losses(learned);
}

ScriptRunner::Outcome ScriptRunner::run_statements(std::string_view text) {
  const InterruptWatch interrupts;
  std::vector<Prepared> statements;  // outlives `source`, which an error is told with
  std::string_view source = text;
  try {
    std::optional<Error> later;
    try {
      statements = session_.parse(text);
    } catch (const Error& error) {
      // What stands before the mistake is run all the same.
      size_t good = 0;
      for (const SourceSpan& span : sql::split_statements(text)) {
        if (span.end >= error.span().begin) break;
        good = span.end;
      }
      if (error.span().empty() || good == 0) throw;
      statements = session_.parse(text.substr(0, good));
      later = error;
    }
    for (const Prepared& prepared : statements) {
      source = prepared.text;
      run_statement(prepared);
      if (was_interrupted()) return Outcome::kInterrupted;
    }
    source = text;
    if (later) throw *later;
  } catch (const Error& error) {
    return tell(error, source);
  }
  return Outcome::kDone;
}

ScriptRunner::Outcome ScriptRunner::run(std::string_view text) {
  for (const Part& part : parts_of(text)) {
    const std::string_view piece = text.substr(part.begin, part.end - part.begin);
    if (!part.is_dot_command) {
      // Blank where other parts stand, so that errors count lines from the script's begin.
      std::string alone(text.substr(0, part.end));
      std::replace_if(
          alone.begin(), alone.begin() + static_cast<ptrdiff_t>(part.begin),
          [](char c) { return c != '\n'; }, ' ');
      const Outcome outcome = run_statements(alone);
      if (outcome != Outcome::kDone) return outcome;
      continue;
    }
    try {
      const DotOutcome outcome = run_dot_command(piece, *this);
      out_.flush();
      if (outcome == DotOutcome::kQuit) return Outcome::kQuit;
      if (outcome == DotOutcome::kFailed)
        return was_interrupted() ? Outcome::kInterrupted : Outcome::kFailed;
    } catch (const Error& error) {
      return tell(error, piece);
    }
  }
  return Outcome::kDone;
}

ScriptRunner::Outcome ScriptRunner::run_file(const std::string& path, const AccessPolicy& policy) {
  std::string text;
  try {
    if (files_.size() == kMostNestedFiles) {
      throw Error(ErrorCode::kInvalidArgument, "{}: scripts that read scripts go {} deep at most",
                  path, kMostNestedFiles);
    }
    const auto stream = FileSystem::local().open_stream(path, policy);
    constexpr size_t kBlock = size_t{1} << 16;
    while (true) {
      const size_t size = text.size();
      text.resize(size + kBlock);
      const size_t got =
          stream->read_fully({reinterpret_cast<std::byte*>(text.data()) + size, kBlock});
      text.resize(size + got);
      if (got < kBlock) break;
    }
  } catch (const Error& error) {
    return tell(error, {});
  }
  if (text.starts_with("#!")) text.replace(0, 2, "--");  // a script that is a program
  files_.push_back(path);
  const Outcome outcome = run(text);
  files_.pop_back();
  return outcome;
}

}  // namespace doline::shell
