// A profile for programs.
#include "base/assert.h"
#include "engine/profile.h"

namespace doline {

namespace {

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// Objects and arrays, indented by two spaces a level.
class JsonText {
 public:
  void begin(char bracket) {
    put_comma();
    out_ += bracket;
    is_first_ = true;
    ++depth_;
  }
  void begin(std::string_view key, char bracket) {
    put_key(key);
    out_ += bracket;
    is_first_ = true;
    ++depth_;
  }
  void end(char bracket) {
    --depth_;
    if (!is_first_) new_line();
    out_ += bracket;
    is_first_ = false;
  }
  void field(std::string_view key, std::string_view text) {
    put_key(key);
    out_ += json_text(text);
  }
  void field(std::string_view key, uint64_t number) {
    put_key(key);
    out_ += fmt::format("{}", number);
  }
  void field(std::string_view key, double number) {
    put_key(key);
    out_ += fmt::format("{:.3f}", number);
  }
  void items(std::string_view key, const std::vector<std::string>& texts) {
    begin(key, '[');
    for (const std::string& text : texts) {
      put_comma();
      out_ += json_text(text);
    }
    end(']');
  }
  std::string take() && { return std::move(out_); }

 private:
  void new_line() { out_ += '\n' + std::string(2 * depth_, ' '); }
  void put_comma() {
    if (!is_first_) out_ += ',';
    if (!out_.empty()) new_line();
    is_first_ = false;
  }
  void put_key(std::string_view key) {
    put_comma();
    out_ += json_text(key) + ": ";
  }

  std::string out_;
  size_t depth_ = 0;
  bool is_first_ = true;
};

class ProfileJson {
 public:
  explicit ProfileJson(const QueryProfile& profile) : profile_(profile) {}

  std::string text() && {
    json_.begin('{');
    if (!profile_.statement.empty()) json_.field("statement", profile_.statement);
    if (profile_.was_run) {
      json_.field("milliseconds", profile_.milliseconds);
      json_.field("total_milliseconds", profile_.total_milliseconds);
      json_.field("threads", uint64_t{profile_.threads});
      json_.field("memory_peak_bytes", profile_.memory_peak_bytes);
      json_.field("spilled_bytes", profile_.spilled_bytes);
      times("phases", profile_.phases);
      times("thread_times", profile_.thread_times);
      json_.items("notes", profile_.notes);
    }
    if (!profile_.nodes.empty()) {
      json_.begin("plan", '{');
      node(0);
      json_.end('}');
    }
    if (profile_.was_run) pipelines();
    json_.end('}');
    return std::move(json_).take();
  }

 private:
  void times(std::string_view key, const std::vector<QueryProfile::Phase>& phases) {
    json_.begin(key, '{');
    for (const QueryProfile::Phase& phase : phases) json_.field(phase.name, phase.milliseconds);
    json_.end('}');
  }

  /// Writes the node's fields; returns the index behind its inputs.
  size_t node(size_t index) {
    const ProfiledNode& node = profile_.nodes[index];
    json_.field("name", node.name());
    json_.field("detail", node.detail());
    if (node.is_shown_above) {
      json_.field("shown", "above");
      return index + 1;
    }
    json_.field("estimated_rows", node.estimated_rows);
    if (profile_.was_run) figures(node);
    json_.items("notes", node.notes);
    json_.begin("children", '[');
    size_t next = index + 1;
    while (next < profile_.nodes.size() && profile_.nodes[next].depth > node.depth) {
      json_.begin('{');
      next = this->node(next);
      json_.end('}');
    }
    json_.end(']');
    return next;
  }

  void figures(const ProfiledNode& node) {
    json_.field("rows_in", node.rows_in);
    json_.field("rows_out", node.rows);
    json_.field("milliseconds", node.milliseconds);
    json_.field("processor_milliseconds", node.processor_milliseconds);
    json_.field("memory_peak_bytes", node.memory_peak_bytes);
    json_.field("spilled_bytes", node.spilled_bytes);
    json_.field("read_back_bytes", node.read_back_bytes);
    if (!node.counters.empty()) {
      json_.begin("read", '{');
      for (const auto& [name, count] : node.counters) json_.field(name, count);
      json_.end('}');
    }
    json_.begin("operators", '[');
    for (const ProfiledOperator& one : node.operators) {
      json_.begin('{');
      json_.field("name", one.name);
      json_.field("pipeline", uint64_t{one.pipeline});
      json_.field("milliseconds", one.milliseconds);
      json_.field("processor_milliseconds", one.processor_milliseconds);
      json_.field("rows_in", one.rows_in);
      json_.field("rows_out", one.rows_out);
      json_.end('}');
    }
    json_.end(']');
  }

  void pipelines() {
    json_.begin("pipelines", '[');
    for (const ProfiledPipeline& one : profile_.pipelines) {
      json_.begin('{');
      json_.field("operators", one.text);
      json_.field("tasks", uint64_t{one.tasks});
      json_.field("begun_milliseconds", one.begun_milliseconds);
      json_.field("ended_milliseconds", one.ended_milliseconds);
      json_.field("busy_milliseconds", one.busy_milliseconds);
      json_.field("driving_milliseconds", one.driving_milliseconds);
      json_.field("making_room_milliseconds", one.making_room_milliseconds);
      json_.field("waiting_milliseconds", one.waiting_milliseconds);
      json_.field("queued_milliseconds", one.queued_milliseconds);
      json_.end('}');
    }
    json_.end(']');
  }

  const QueryProfile& profile_;
  JsonText json_;
};

}  // namespace

std::string profile_json(const QueryProfile& profile) { return ProfileJson(profile).text(); }

}  // namespace doline
