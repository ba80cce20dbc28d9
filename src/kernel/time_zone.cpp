#include "kernel/time_zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/ascii.h"
#include "base/thread_safety.h"
#include "column/civil_time.h"
#include "kernel/posix_zone_rule.h"

namespace doline {

namespace {

struct OffsetSpan {
  int64_t begin_micros;
  int64_t end_micros;
  int32_t offset_seconds;
};

/// What find_zone gives: offsets with the span they hold for.
class Zone : public ZoneOffsets {
 public:
  virtual OffsetSpan span_at(int64_t utc_micros) const = 0;
  int32_t offset_seconds(int64_t utc_micros) const final {
    return span_at(utc_micros).offset_seconds;
  }
};

class FixedZone final : public Zone {
 public:
  explicit FixedZone(int32_t offset) : offset_(offset) {}
  OffsetSpan span_at(int64_t) const override { return {INT64_MIN, INT64_MAX, offset_}; }

 private:
  const int32_t offset_;
};

/// Changes as a TZif file lists them, continued by its rule until the year 2200 so that nearly
/// every look-up is one binary search; later instants ask the rule.
class FileZone final : public Zone {
 public:
  struct Change {
    int64_t seconds;
    int32_t offset;
  };
  FileZone(int32_t first_offset, std::vector<Change> changes, std::optional<PosixZoneRule> rule)
      : first_offset_(first_offset), changes_(std::move(changes)), rule_(std::move(rule)) {
    if (!rule_ || !rule_->has_summer_time()) return;
    const int64_t last = changes_.empty() ? INT64_MIN : changes_.back().seconds;
    for (int32_t year = 1970; year <= kLastListedYear; ++year) {
      const Change summer{rule_->summer_begin(year), rule_->summer_offset()};
      const Change winter{rule_->summer_end(year), rule_->standard_offset()};
      for (const Change& change : summer.seconds < winter.seconds ? std::array{summer, winter}
                                                                  : std::array{winter, summer}) {
        if (change.seconds > last) changes_.push_back(change);
      }
    }
  }

  OffsetSpan span_at(int64_t utc_micros) const override {
    const int64_t seconds = floor_divide(utc_micros, kMicrosPerSecond);
    const auto next =
        std::upper_bound(changes_.begin(), changes_.end(), seconds,
                         [](int64_t at, const Change& change) { return at < change.seconds; });
    if (next == changes_.end() && rule_) {
      return {utc_micros, utc_micros + 1, rule_->offset_seconds(seconds)};
    }
    return {next == changes_.begin() ? INT64_MIN : to_micros(std::prev(next)->seconds),
            next == changes_.end() ? INT64_MAX : to_micros(next->seconds),
            next == changes_.begin() ? first_offset_ : std::prev(next)->offset};
  }

 private:
  static constexpr int32_t kLastListedYear = 2200;
  static int64_t to_micros(int64_t seconds) {
    int64_t micros = 0;
    if (!__builtin_mul_overflow(seconds, kMicrosPerSecond, &micros)) return micros;
    return seconds < 0 ? INT64_MIN : INT64_MAX;
  }

  const int32_t first_offset_;
  std::vector<Change> changes_;  // rising
  const std::optional<PosixZoneRule> rule_;
};

std::string zone_folder() {
  const char* const folder = std::getenv("TZDIR");
  return folder && *folder ? folder : "/usr/share/zoneinfo";
}

/// Big-endian numbers of a TZif file; `ok` falls when it ends early.
struct FileBytes {
  std::string_view bytes;
  bool ok = true;

  std::string_view take(size_t size) {
    if (size > bytes.size()) {
      ok = false;
      return {};
    }
    const std::string_view taken = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return taken;
  }
  int64_t number(size_t size) {
    uint64_t value = 0;
    const std::string_view taken = take(size);
    for (const char c : taken) value = value << 8 | static_cast<uint8_t>(c);
    const size_t unused = 64 - 8 * size;
    return ok ? static_cast<int64_t>(value << unused) >> unused : 0;
  }
};

struct FileHeader {
  char version = 0;
  size_t utc_flags = 0, standard_flags = 0, leap_seconds = 0, changes = 0, kinds = 0,
         name_bytes = 0;

  size_t body_bytes(size_t time_bytes) const {
    return changes * (time_bytes + 1) + kinds * 6 + name_bytes + leap_seconds * (time_bytes + 4) +
           standard_flags + utc_flags;
  }
};

bool read_header(FileBytes& file, FileHeader& header) {
  if (file.take(4) != "TZif") return false;
  const std::string_view version = file.take(16);
  header.version = version.empty() ? '\0' : version[0];
  for (size_t* field : {&header.utc_flags, &header.standard_flags, &header.leap_seconds,
                        &header.changes, &header.kinds, &header.name_bytes}) {
    *field = static_cast<size_t>(file.number(4)) & 0xFFFFFFFF;
  }
  return file.ok && header.kinds >= 1 && header.kinds <= 256 && header.changes <= 100'000;
}

std::unique_ptr<const Zone> parse_zone_file(std::string_view bytes) {
  FileBytes file{bytes};
  FileHeader header;
  if (!read_header(file, header)) return nullptr;
  size_t time_bytes = 4;
  if (header.version >= '2') {
    file.take(header.body_bytes(4));
    if (!file.ok || !read_header(file, header)) return nullptr;
    time_bytes = 8;
  }
  std::vector<FileZone::Change> changes(header.changes);
  std::vector<uint8_t> kinds(header.changes);
  for (auto& change : changes) change.seconds = file.number(time_bytes);
  for (auto& kind : kinds) kind = static_cast<uint8_t>(file.number(1));
  std::vector<int32_t> offsets(header.kinds);
  for (int32_t& offset : offsets) {
    offset = static_cast<int32_t>(file.number(4));
    file.take(2);
    if (offset < -26 * 3600 || offset > 26 * 3600) return nullptr;
  }
  file.take(header.name_bytes + header.leap_seconds * (time_bytes + 4) + header.standard_flags +
            header.utc_flags);
  if (!file.ok) return nullptr;
  for (size_t i = 0; i < changes.size(); ++i) {
    if (kinds[i] >= offsets.size() || (i != 0 && changes[i].seconds <= changes[i - 1].seconds))
      return nullptr;
    changes[i].offset = offsets[kinds[i]];
  }
  std::optional<PosixZoneRule> rule;
  if (time_bytes == 8 && file.bytes.size() > 2) {
    const size_t end = file.bytes.find('\n', 1);
    if (end != std::string_view::npos) rule = PosixZoneRule::parse(file.bytes.substr(1, end - 1));
  }
  return std::make_unique<FileZone>(offsets[0], std::move(changes), std::move(rule));
}

std::unique_ptr<const Zone> load_zone(const std::string& name) {
  constexpr size_t kMostBytes = size_t{1} << 20;
  const std::unique_ptr<FILE, int (*)(FILE*)> file(
      std::fopen((zone_folder() + "/" + name).c_str(), "rbe"), std::fclose);
  if (!file) return nullptr;
  std::string bytes(4096, '\0');
  size_t size = 0;
  while (const size_t count = std::fread(bytes.data() + size, 1, bytes.size() - size, file.get())) {
    size += count;
    if (size == bytes.size()) {
      if (size >= kMostBytes) return nullptr;
      bytes.resize(size * 2);
    }
  }
  return parse_zone_file(std::string_view(bytes).substr(0, size));
}

/// "+HH", "+HHMM", "+HH:MM", also after "utc" or "gmt" and with one digit of hours.
std::optional<int32_t> fixed_offset_named(std::string_view name) {
  if (name.starts_with("utc") || name.starts_with("gmt")) name.remove_prefix(3);
  if (name.empty() || (name[0] != '+' && name[0] != '-')) return std::nullopt;
  const bool negative = name[0] == '-';
  std::string digits;
  size_t colons = 0;
  for (const char c : name.substr(1)) {
    if (c == ':' && (digits.size() == 1 || digits.size() == 2) && colons++ == 0) {
      digits.insert(0, 2 - digits.size(), '0');
    } else if (c >= '0' && c <= '9' && digits.size() < 4) {
      digits += c;
    } else {
      return std::nullopt;
    }
  }
  if (digits.size() == 1) digits.insert(0, 1, '0');
  if (digits.size() == 2 && colons == 0) digits += "00";
  if (digits.size() != 4) return std::nullopt;
  const int32_t hours = (digits[0] - '0') * 10 + (digits[1] - '0');
  const int32_t minutes = (digits[2] - '0') * 10 + (digits[3] - '0');
  if (hours > 23 || minutes > 59) return std::nullopt;
  const int32_t seconds = hours * 3600 + minutes * 60;
  return negative ? -seconds : seconds;
}

std::vector<std::string> list_zone_files() {
  namespace fs = std::filesystem;
  std::vector<std::string> names;
  std::error_code failure;
  const fs::path top(zone_folder());
  for (fs::recursive_directory_iterator at(top, failure), end; !failure && at != end;
       at.increment(failure)) {
    const std::string name = at->path().lexically_relative(top).string();
    std::error_code ignored;
    if (at->is_directory(ignored)) {
      if (name == "posix" || name == "right") at.disable_recursion_pending();
    } else if (name.front() >= 'A' && name.front() <= 'Z' && name.find('.') == std::string::npos) {
      names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// "+05:30"
std::string offset_name(int32_t seconds) {
  const int32_t minutes = std::abs(seconds) / 60;
  return fmt::format("{}{:02}:{:02}", seconds < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

struct NamedZone {
  std::string name;  // in its one spelling
  std::unique_ptr<const Zone> offsets;
};

/// Zones met so far, for the life of the process. Thread-safe.
class ZoneCache {
 public:
  static ZoneCache& instance() {
    static auto* cache = new ZoneCache();  // zones outlive static destructors
    return *cache;
  }

  /// Null where there is none; else it stays where it is.
  const NamedZone* find(std::string_view name) {
    constexpr size_t kLongestName = 64;
    if (name.empty() || name.size() > kLongestName) return nullptr;
    const std::string key = ascii_lower(name);
    MutexLock lock(mutex_);
    if (const auto found = zones_.find(key); found != zones_.end()) return &found->second;
    NamedZone zone;
    if (key == "utc" || key == "gmt" || key == "z" || key == "etc/utc") {
      zone = {key == "gmt"       ? "GMT"
              : key == "etc/utc" ? "Etc/UTC"
                                 : "UTC",
              std::make_unique<FixedZone>(0)};
    } else if (const auto offset = fixed_offset_named(key)) {
      zone = {offset_name(*offset), std::make_unique<FixedZone>(*offset)};
    } else {
      const auto listed =
          std::find_if(files().begin(), files().end(),
                       [&](const std::string& file) { return ascii_lower(file) == key; });
      if (listed != files().end()) zone = {*listed, load_zone(*listed)};
    }
    if (!zone.offsets) return nullptr;  // not kept: unknown names have no end
    return &zones_.emplace(key, std::move(zone)).first->second;
  }

  const ZoneOffsets* fixed(int32_t offset) {
    MutexLock lock(mutex_);
    auto& zone = fixed_[offset];
    if (!zone) zone = std::make_unique<FixedZone>(offset);
    return zone.get();
  }

  std::vector<std::string> names() {
    MutexLock lock(mutex_);
    return files();
  }

 private:
  /// Only names from here are opened, so no text can lead out of the folder.
  const std::vector<std::string>& files() REQUIRES(mutex_) {
    if (!listed_) {
      files_ = list_zone_files();
      listed_ = true;
    }
    return files_;
  }

  Mutex mutex_;
  std::unordered_map<std::string, NamedZone> zones_ GUARDED_BY(mutex_);
  std::unordered_map<int32_t, std::unique_ptr<const Zone>> fixed_ GUARDED_BY(mutex_);
  std::vector<std::string> files_ GUARDED_BY(mutex_);
  bool listed_ GUARDED_BY(mutex_) = false;
};

/// Saturates: the last hours of the range have no local time of their own.
int64_t add_seconds(int64_t micros, int64_t seconds) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(micros, seconds * kMicrosPerSecond, &sum) && is_finite_timestamp(sum))
    return sum;
  return seconds < 0 ? -kInfiniteTimestamp + 1 : kInfiniteTimestamp - 1;
}

}  // namespace

const ZoneOffsets* find_zone(std::string_view name) {
  const NamedZone* const zone = ZoneCache::instance().find(name);
  return zone ? zone->offsets.get() : nullptr;
}

TypeRef zoned_timestamp(std::string_view zone) {
  const NamedZone* const found = ZoneCache::instance().find(zone);
  return found ? Type::timestamp_tz(found->name, found->offsets.get()) : nullptr;
}

const ZoneOffsets* fixed_zone(int32_t offset_seconds) {
  ASSERT(offset_seconds >= -kSecondsPerDay && offset_seconds <= kSecondsPerDay);
  return ZoneCache::instance().fixed(offset_seconds);
}

std::vector<std::string> zone_names() { return ZoneCache::instance().names(); }

int64_t local_to_utc(const ZoneOffsets* zone, int64_t local_micros) {
  return ZoneCursor(zone).to_utc(local_micros);
}
int64_t utc_to_local(const ZoneOffsets* zone, int64_t utc_micros) {
  return ZoneCursor(zone).to_local(utc_micros);
}

ZoneCursor::ZoneCursor(const ZoneOffsets* zone) : zone_(zone) {
  if (!zone) {
    begin_ = INT64_MIN;
    end_ = INT64_MAX;
  }
}

int32_t ZoneCursor::look_up(int64_t utc_micros) {
  if (!zone_) return 0;
  const auto* const known = dynamic_cast<const Zone*>(zone_);
  const OffsetSpan span =
      known ? known->span_at(utc_micros)
            : OffsetSpan{utc_micros, utc_micros, zone_->offset_seconds(utc_micros)};
  begin_ = span.begin_micros;
  end_ = span.end_micros;
  offset_ = span.offset_seconds;
  return offset_;
}

int64_t ZoneCursor::to_local(int64_t utc_micros) {
  if (!is_finite_timestamp(utc_micros)) return utc_micros;
  return add_seconds(utc_micros, offset_seconds(utc_micros));
}

int64_t ZoneCursor::to_utc(int64_t local_micros) {
  if (!is_finite_timestamp(local_micros)) return local_micros;
  // No offset reaches a day, so the clocks' last change before and after the time are these.
  // Most times lie far from any change: then all look-ups fall into one span.
  const int32_t after = offset_seconds(add_seconds(local_micros, kSecondsPerDay));
  const int64_t later = add_seconds(local_micros, -int64_t{after});
  if (offset_seconds(later) == after) return later;
  return add_seconds(local_micros,
                     -int64_t{offset_seconds(add_seconds(local_micros, -kSecondsPerDay))});
}

}  // namespace doline
