#include "failure.h"

#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

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

struct Details {
  std::string message;
  std::vector<std::pair<std::string, std::string>> entries;
};

Details* details_of(const AdbcError* error) {
  if (error->vendor_code != ADBC_ERROR_VENDOR_CODE_PRIVATE_DATA) return nullptr;
  return static_cast<Details*>(error->private_data);
}

/// Without a place for details the message is all the caller owns.
void release_message(AdbcError* error) {
  ::free(error->message);
  error->message = nullptr;
  error->release = nullptr;
}
void release_details(AdbcError* error) {
  delete static_cast<Details*>(error->private_data);
  error->private_data = nullptr;
  error->message = nullptr;
  error->release = nullptr;
}

void fill(AdbcError* error, const char* sqlstate, std::unique_ptr<Details> details) {
  if (error->release) error->release(error);
  std::memcpy(error->sqlstate, sqlstate, sizeof error->sqlstate);
  if (error->vendor_code == ADBC_ERROR_VENDOR_CODE_PRIVATE_DATA) {
    error->message = details->message.data();
    error->private_data = details.release();
    error->release = release_details;
  } else {
    error->message = ::strdup(details->message.c_str());
    error->release = release_message;
  }
}

}  // namespace

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
    auto details = std::make_unique<Details>();
    const char* sqlstate = "XX000";
    try {
      throw;
    } catch (const Failure& failure) {
      status = failure.status();
      sqlstate = failure.sqlstate();
      details->message = failure.what();
    } catch (const doline::Error& refused) {
      const Meaning meaning = meaning_of(refused.code());
      status = meaning.status;
      sqlstate = meaning.sqlstate;
      details->message = refused.what();
      details->entries = {{"doline.code", refused.code()}, {"doline.hint", refused.hint()}};
    } catch (const std::bad_alloc&) {
      status = ADBC_STATUS_IO;
      sqlstate = "53200";
      details->message = "[Doline] there is no memory left";
    } catch (const std::exception& other) {
      details->message = other.what();
    }
    if (error) fill(error, sqlstate, std::move(details));
  } catch (...) {
    // There is no memory for words either: the status has to do.
  }
  return status;
}

int detail_count(const AdbcError* error) {
  const Details* details = details_of(error);
  return details ? static_cast<int>(details->entries.size()) : 0;
}

AdbcErrorDetail detail(const AdbcError* error, int index) {
  const Details* details = details_of(error);
  if (!details || index < 0 || static_cast<size_t>(index) >= details->entries.size())
    return {nullptr, nullptr, 0};
  const auto& [key, value] = details->entries[static_cast<size_t>(index)];
  return {key.c_str(), reinterpret_cast<const uint8_t*>(value.data()), value.size()};
}

}  // namespace doline_adbc
