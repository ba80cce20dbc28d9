#include <cstring>

#include "engine/c_abi.h"

namespace doline {

namespace {

struct LastError {
  std::string message, hint, code;
  SourceSpan span;
  uint64_t cause = 0;
};

/// Texts are handed out, so each thread has its own until its next failure.
LastError& last_error() {
  static thread_local LastError error;
  return error;
}

}  // namespace

void keep_error(const Error& error, std::string_view source) noexcept {
  try {
    LastError& last = last_error();
    last.message = error.render(source);
    last.hint = error.hint();
    last.code = name_of(error.code());
    last.span = error.span();
    last.cause = error.cause();
  } catch (...) {
    // No memory for the text of an error: the status alone has to do.
  }
}

void keep_current_exception(std::string_view source) noexcept {
  try {
    throw;
  } catch (const Error& error) {
    keep_error(error, source);
  } catch (const std::bad_alloc&) {
    keep_error(Error(ErrorCode::kMemoryLimit, "the system grants no more memory"), {});
  } catch (const std::exception& error) {
    keep_error(Error(ErrorCode::kInternal, "{}", error.what()), {});
  } catch (...) {
    keep_error(Error(ErrorCode::kInternal, "an unknown exception"), {});
  }
}

void require(const void* given, const char* what) {
  if (!given) throw Error(ErrorCode::kInvalidArgument, "{} is null", what);
}

}  // namespace doline

const char* doline_error_message(void) { return doline::last_error().message.c_str(); }
const char* doline_error_code(void) { return doline::last_error().code.c_str(); }
const char* doline_error_hint(void) { return doline::last_error().hint.c_str(); }
uint64_t doline_error_cause(void) { return doline::last_error().cause; }
void doline_error_span(uint32_t* begin, uint32_t* end) {
  if (begin) *begin = doline::last_error().span.begin;
  if (end) *end = doline::last_error().span.end;
}
