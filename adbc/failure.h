#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "adbc.h"
#include "doline/doline.hpp"

namespace doline_adbc {

/// What an error says beside its text, by keys: "doline.code", and "doline.hint" where there is
/// one.
using Details = std::vector<std::pair<std::string, std::string>>;
Details details_of(const doline::Error& error);

/// What ends a call of the driver, other than an error of the engine.
class Failure : public std::runtime_error {
 public:
  Failure(AdbcStatusCode status, const char* sqlstate, const std::string& text,
          Details details = {})
      : std::runtime_error("[Doline] " + text),
        status_(status),
        sqlstate_(sqlstate),
        details_(std::move(details)) {}
  AdbcStatusCode status() const { return status_; }
  const char* sqlstate() const { return sqlstate_; }
  const Details& details() const { return details_; }

 private:
  AdbcStatusCode status_;
  const char* sqlstate_;
  Details details_;
};

Failure not_implemented(const std::string& what);
Failure invalid_argument(const std::string& what);
Failure invalid_state(const std::string& what);

/// Fills `error`, which may be null, from the exception being handled, and says its status.
AdbcStatusCode tell_current_exception(AdbcError* error) noexcept;

/// The boundary that no exception crosses.
template <class Body>
AdbcStatusCode guarded(AdbcError* error, Body&& body) noexcept {
  try {
    body();
    return ADBC_STATUS_OK;
  } catch (...) {
    return tell_current_exception(error);
  }
}

/// The details of a failure that tell_current_exception() filled in.
int detail_count(const AdbcError* error);
AdbcErrorDetail detail(const AdbcError* error, int index);

}  // namespace doline_adbc
