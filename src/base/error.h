#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/span.h"

namespace doline {

enum class ErrorCode : uint8_t {
#define ERROR_CODE(enumerator, name, meaning) enumerator,
#include "base/error_codes.def"
#undef ERROR_CODE
};

/// "column_not_found" for ErrorCode::kColumnNotFound.
std::string_view name_of(ErrorCode code);
/// One sentence for people, as in the table.
std::string_view meaning_of(ErrorCode code);

/// The one exception type. It ends a query or a request, and is caught at five boundaries:
/// task, query, connection, foreign callback, public API. Expected outcomes are return values.
///
///   throw Error(ErrorCode::kColumnNotFound, span, "no column \"{}\" in {}", name, table)
///       .note("orders has columns id, price").hint("did you mean \"price\"?");
class Error : public std::exception {
 public:
  template <class... Args>
  Error(ErrorCode code, SourceSpan span, fmt::format_string<Args...> format, Args&&... args)
      : code_(code), span_(span), message_(fmt::format(format, std::forward<Args>(args)...)) {}
  template <class... Args>
  Error(ErrorCode code, fmt::format_string<Args...> format, Args&&... args)
      : Error(code, SourceSpan{}, format, std::forward<Args>(args)...) {}

  Error&& note(std::string text) &&;
  Error&& hint(std::string text) &&;
  /// Keeps a span that is already there: the innermost place is the best one.
  Error&& at(SourceSpan span) &&;
  /// What the program's own function knows the failure by.
  Error&& caused_by(uint64_t cause) &&;
  void set_span_if_empty(SourceSpan span);
  void add_note(std::string text) { notes_.push_back(std::move(text)); }

  ErrorCode code() const { return code_; }
  SourceSpan span() const { return span_; }
  const std::string& message() const { return message_; }
  const std::vector<std::string>& notes() const { return notes_; }
  const std::string& hint() const { return hint_; }
  uint64_t cause() const { return cause_; }
  const char* what() const noexcept override { return message_.c_str(); }

  /// The text every door shows: "error[code]: message", the source line with carets under the
  /// span (when `source` is given and the span is not empty), notes, hint.
  std::string render(std::string_view source = {}) const;

 private:
  ErrorCode code_;
  SourceSpan span_;
  std::string message_;
  std::vector<std::string> notes_;
  std::string hint_;
  uint64_t cause_ = 0;
};

/// The candidate nearest to `name` by edit distance, ignoring case; empty when none is near.
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace doline
