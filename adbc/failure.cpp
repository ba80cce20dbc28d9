#include "failure.h"

#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

namespace doline_adbc {

namespace {

struct Meaning {
  std::string_view code;  // the engine's
  AdbcStatusCode status;
  const char* sqlstate;
};

/// SQLSTATEs are the standard's, and PostgreSQL's where the standard has none.
constexpr std::array kMeanings{
    Meaning{"syntax", ADBC_STATUS_INVALID_ARGUMENT, "42601"},
    Meaning{"column_not_found", ADBC_STATUS_NOT_FOUND, "42703"},
    Meaning{"table_not_found", ADBC_STATUS_NOT_FOUND, "42P01"},
    Meaning{"function_not_found", ADBC_STATUS_NOT_FOUND, "42883"},
    Meaning{"function_failed", ADBC_STATUS_INVALID_DATA, "38000"},
    Meaning{"file_not_found", ADBC_STATUS_NOT_FOUND, "58P01"},
    Meaning{"ambiguous", ADBC_STATUS_INVALID_ARGUMENT, "42702"},
    Meaning{"type_mismatch", ADBC_STATUS_INVALID_ARGUMENT, "42804"},
    Meaning{"bind", ADBC_STATUS_INVALID_ARGUMENT, "42000"},
    Meaning{"parameter", ADBC_STATUS_INVALID_ARGUMENT, "07001"},
    Meaning{"setting", ADBC_STATUS_INVALID_ARGUMENT, "22023"},
    Meaning{"invalid_argument", ADBC_STATUS_INVALID_ARGUMENT, "22023"},
    Meaning{"already_exists", ADBC_STATUS_ALREADY_EXISTS, "42P07"},
    Meaning{"conversion", ADBC_STATUS_INVALID_DATA, "22018"},
    Meaning{"overflow", ADBC_STATUS_INVALID_DATA, "22003"},
    Meaning{"corrupt", ADBC_STATUS_INVALID_DATA, "22000"},
    Meaning{"encrypted", ADBC_STATUS_INVALID_DATA, "22000"},
    Meaning{"format", ADBC_STATUS_INVALID_DATA, "22000"},
    Meaning{"constraint", ADBC_STATUS_INTEGRITY, "23000"},
    Meaning{"io", ADBC_STATUS_IO, "58030"},
    Meaning{"memory_limit", ADBC_STATUS_IO, "53200"},
    Meaning{"disk_limit", ADBC_STATUS_IO, "53100"},
    Meaning{"cancelled", ADBC_STATUS_CANCELLED, "57014"},
    Meaning{"permission", ADBC_STATUS_UNAUTHORIZED, "42501"},
    Meaning{"transaction", ADBC_STATUS_INVALID_STATE, "25000"},
    Meaning{"conflict", ADBC_STATUS_INVALID_STATE, "40001"},
    Meaning{"not_supported", ADBC_STATUS_NOT_IMPLEMENTED, "0A000"},
    Meaning{"internal", ADBC_STATUS_INTERNAL, "XX000"},
};

Meaning meaning_of(std::string_view code) {
  for (const Meaning& known : kMeanings)
    if (known.code == code) return known;
  return {code, ADBC_STATUS_UNKNOWN, "HY000"};
}

/// What an AdbcError keeps.
struct Told {
  std::string message;
  Details details;
};

const Told* told_by(const AdbcError* error) {
  if (!error || error->vendor_code != ADBC_ERROR_VENDOR_CODE_PRIVATE_DATA) return nullptr;
  return static_cast<const Told*>(error->private_data);
}

/// Without a place for details the message is all the caller owns.
void release_message(AdbcError* error) {
  ::free(error->message);
  error->message = nullptr;
  error->release = nullptr;
}
void release_told(AdbcError* error) {
  delete static_cast<Told*>(error->private_data);
  error->private_data = nullptr;
  error->message = nullptr;
  error->release = nullptr;
}

void fill(AdbcError* error, const char* sqlstate, std::unique_ptr<Told> told) {
  if (error->release) error->release(error);
  std::memcpy(error->sqlstate, sqlstate, sizeof error->sqlstate);
  if (error->vendor_code == ADBC_ERROR_VENDOR_CODE_PRIVATE_DATA) {
    error->message = told->message.data();
    error->private_data = told.release();
    error->release = release_told;
  } else {
    error->message = ::strdup(told->message.c_str());
    error->release = release_message;
  }
}

}  // namespace

Details details_of(const doline::Error& error) {
  Details details{{"doline.code", error.code()}};
  if (!error.hint().empty()) details.emplace_back("doline.hint", error.hint());
  return details;
}

Failure not_implemented(const std::string& what) {
  return Failure(ADBC_STATUS_NOT_IMPLEMENTED, "0A000", what);
}
Failure invalid_argument(const std::string& what) {
  return Failure(ADBC_STATUS_INVALID_ARGUMENT, "22023", what);
}
Failure invalid_state(const std::string& what) {
  return Failure(ADBC_STATUS_INVALID_STATE, "25000", what);
}

AdbcStatusCode tell_current_exception(AdbcError* error) noexcept {
  AdbcStatusCode status = ADBC_STATUS_INTERNAL;
  try {
    auto told = std::make_unique<Told>();
    const char* sqlstate = "XX000";
    try {
      throw;
    } catch (const Failure& failure) {
      status = failure.status();
      sqlstate = failure.sqlstate();
      told->message = failure.what();
      told->details = failure.details();
    } catch (const doline::Error& refused) {
      const Meaning meaning = meaning_of(refused.code());
      status = meaning.status;
      sqlstate = meaning.sqlstate;
      told->message = refused.what();
      told->details = details_of(refused);
    } catch (const std::bad_alloc&) {
      status = ADBC_STATUS_IO;
      sqlstate = "53200";
      told->message = "[Doline] there is no memory left";
    } catch (const std::exception& other) {
      told->message = other.what();
    }
    if (error) fill(error, sqlstate, std::move(told));
  } catch (...) {
    // There is no memory for words either: the status has to do.
  }
  return status;
}

int detail_count(const AdbcError* error) {
  const Told* told = told_by(error);
  return told ? static_cast<int>(told->details.size()) : 0;
}

AdbcErrorDetail detail(const AdbcError* error, int index) {
  const Told* told = told_by(error);
  if (!told || index < 0 || static_cast<size_t>(index) >= told->details.size())
    return {nullptr, nullptr, 0};
  const auto& [key, value] = told->details[static_cast<size_t>(index)];
  return {key.c_str(), reinterpret_cast<const uint8_t*>(value.data()), value.size()};
}

}  // namespace doline_adbc
