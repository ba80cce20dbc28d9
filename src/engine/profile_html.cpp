// A profile as a page to look at, to keep and to send on: it loads nothing.
#include <algorithm>
#include <cmath>

#include "engine/profile.h"
#include "plan/settings.h"

namespace doline {

namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--paper:#f7f7f5;--card:#fff;--ink:#22262b;--soft:#6b727c;--line:#e3e4e1;
--time:#2f7f86;--memory:#8a6db0;--spill:#c0653a;--warn:#b3541e;
--p0:#2f7f86;--p1:#c79a3b;--p2:#8a6db0;--p3:#5c8a4a;--p4:#3f6fb0;--p5:#b0587c;--p6:#8b8f96;--p7:#c0653a}
@media(prefers-color-scheme:dark){:root{--paper:#16191d;--card:#1e2227;--ink:#e4e6e9;--soft:#98a0aa;
--line:#30353c;--time:#4fb0b8;--memory:#a98bd0;--spill:#e0875c;--warn:#e89a6a;--p0:#4fb0b8;--p1:#dcb35a;
--p2:#a98bd0;--p3:#82b46e;--p4:#6b9be0;--p5:#d47ea4;--p6:#8b939d;--p7:#e0875c}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{max-width:1180px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:22px;margin:0 0 12px;font-weight:650}
h2{font-size:15px;margin:0 0 12px;font-weight:650}
pre{margin:0 0 18px;padding:12px 14px;background:var(--card);border:1px solid var(--line);
border-radius:8px;white-space:pre-wrap;overflow-wrap:anywhere;max-height:16em;overflow:auto;font-size:12.5px}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px;
margin:0 0 16px;overflow-x:auto}
.tiles{display:flex;flex-wrap:wrap;gap:10px;margin:0 0 16px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 16px;min-width:120px}
.tile b{display:block;font-size:20px;font-weight:650;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft);font-size:12px}
.stack{display:flex;height:18px;border-radius:4px;overflow:hidden;background:var(--line)}
.stack i{display:block;height:100%;min-width:1px}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:8px 0 14px;font-size:12.5px;color:var(--soft)}
.legend:last-child{margin-bottom:0}
.legend i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px}
.legend b{font-weight:500;color:var(--ink);font-variant-numeric:tabular-nums}
table{border-collapse:collapse;width:100%}
th{font-weight:500;color:var(--soft);text-align:left;font-size:12px;padding:0 10px 6px 0;white-space:nowrap}
td{border-top:1px solid var(--line);padding:6px 10px 6px 0;vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.op{min-width:300px;width:46%}
td.op div.d{color:var(--soft);font-size:12.5px;overflow-wrap:anywhere}
details{margin-top:3px;font-size:12.5px;color:var(--soft)}
details ul{margin:4px 0 4px 18px;padding:0}
summary{cursor:pointer}
.bar{width:110px;height:8px;border-radius:4px;background:var(--line);margin-top:6px;overflow:hidden}
.bar i{display:block;height:100%;background:var(--time)}
.bar.m i{background:var(--memory)}
.off{color:var(--warn)}
.spill{color:var(--spill)}
.lane{position:relative;height:14px;background:var(--line);border-radius:4px;min-width:220px}
.lane i{position:absolute;top:0;bottom:0;background:var(--time);border-radius:4px;min-width:2px}
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string with_commas(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string expected_text(double rows) {
  return rows < 1e15 ? with_commas(static_cast<uint64_t>(std::llround(rows)))
                     : fmt::format("{:.1e}", rows);
}

std::string time_text(double milliseconds) {
  if (milliseconds >= 1e4) return fmt::format("{:.1f} s", milliseconds / 1e3);
  if (milliseconds >= 100) return fmt::format("{:.0f} ms", milliseconds);
  return fmt::format("{:.{}f} ms", milliseconds, milliseconds >= 10 ? 1 : 2);
}

double share_of(double part, double whole) {
  return whole > 0 ? std::clamp(part / whole, 0.0, 1.0) : 0;
}

class HtmlProfile {
 public:
  explicit HtmlProfile(const QueryProfile& profile) : profile_(profile) {
    for (const ProfiledNode& node : profile.nodes) {
      all_ms_ += node.milliseconds;
      most_ms_ = std::max(most_ms_, node.milliseconds);
      most_memory_ = std::max(most_memory_, node.memory_peak_bytes);
    }
  }

  std::string text() && {
    out_ =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\"><title>Query profile</title><style>";
    out_ += kStyle;
    out_ += "</style></head><body><main><h1>";
    out_ += profile_.was_run ? "What the query did" : "What the query would do";
    out_ += "</h1>";
    if (!profile_.statement.empty()) out_ += "<pre>" + escaped(profile_.statement) + "</pre>";
    if (profile_.was_run) {
      tiles();
      times();
    }
    plan();
    if (profile_.was_run) pipelines();
    out_ += "</main></body></html>\n";
    return std::move(out_);
  }

 private:
  void tile(const std::string& figure, const char* what) {
    out_ += fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>", figure, what);
  }
  void tiles() {
    uint64_t read = 0;
    for (const ProfiledNode& node : profile_.nodes) {
      for (const auto& [name, count] : node.counters) {
        if (name == "bytes read") read += count;
      }
    }
    out_ += "<div class=\"tiles\">";
    tile(time_text(profile_.total_milliseconds), "from text to last row");
    tile(std::to_string(profile_.threads), profile_.threads == 1 ? "thread" : "threads");
    tile(format_byte_size(profile_.memory_peak_bytes), "memory peak");
    if (read > 0) tile(format_byte_size(read), "read from files");
    if (profile_.spilled_bytes > 0) tile(format_byte_size(profile_.spilled_bytes), "spilled");
    if (!profile_.nodes.empty()) tile(with_commas(profile_.nodes[0].rows), "rows");
    out_ += "</div>";
  }

  void stack(const std::vector<QueryProfile::Phase>& parts) {
    double sum = 0;
    for (const auto& part : parts) sum += part.milliseconds;
    std::string legend;
    out_ += "<div class=\"stack\">";
    for (size_t i = 0; i < parts.size(); ++i) {
      const auto& part = parts[i];
      if (part.milliseconds <= 0) continue;
      const std::string share = fmt::format("{:.1f}", 100 * share_of(part.milliseconds, sum));
      out_ +=
          fmt::format("<i style=\"width:{}%;background:var(--p{})\" title=\"{}: {} ({} %)\"></i>",
                      share, i % 8, part.name, time_text(part.milliseconds), share);
      legend += fmt::format("<span><i style=\"background:var(--p{})\"></i>{} <b>{}</b></span>",
                            i % 8, part.name, time_text(part.milliseconds));
    }
    out_ += "</div><div class=\"legend\">" + legend + "</div>";
  }

  void times() {
    out_ += "<section><h2>Time of the statement</h2>";
    stack(profile_.phases);
    out_ += fmt::format("<h2>Time of {} thread{}</h2>", profile_.threads,
                        profile_.threads == 1 ? "" : "s");
    std::vector<QueryProfile::Phase> threads = {{"operators", all_ms_}};
    threads.insert(threads.end(), profile_.thread_times.begin(), profile_.thread_times.end());
    stack(threads);
    if (!profile_.notes.empty()) list(profile_.notes);
    out_ += "</section>";
  }

  void list(const std::vector<std::string>& notes) {
    out_ += "<ul>";
    for (const std::string& note : notes) out_ += "<li>" + escaped(note) + "</li>";
    out_ += "</ul>";
  }

  void plan() {
    out_ += "<section><h2>Operators</h2><table><tr><th>operator</th>";
    if (profile_.was_run) {
      out_ +=
          "<th class=\"n\">time, all threads</th><th></th><th class=\"n\">rows in</th><th "
          "class=\"n\">rows out</th>";
    }
    out_ += "<th class=\"n\">expected</th>";
    if (profile_.was_run) {
      out_ += "<th class=\"n\">memory peak</th><th></th>";
      if (profile_.spilled_bytes > 0) out_ += "<th class=\"n\">spilled</th>";
    }
    out_ += "</tr>";
    for (const ProfiledNode& node : profile_.nodes) row(node);
    out_ += "</table></section>";
  }

  void row(const ProfiledNode& node) {
    out_ += fmt::format(
        "<tr><td class=\"op\" style=\"padding-left:{}px\"><b>{}</b><div class=\"d\">{}</div>",
        18 * std::min<uint32_t>(node.depth, 24), escaped(node.name()), escaped(node.detail()));
    if (node.is_shown_above) {
      out_ += "<div class=\"d\">shown above</div></td></tr>";
      return;
    }
    details(node);
    out_ += "</td>";
    if (profile_.was_run) {
      out_ += fmt::format(
          "<td class=\"n\" title=\"{} on a processor\">{}</td><td><div class=\"bar\"><i "
          "style=\"width:{:.1f}%\"></i></div></td><td class=\"n\">{}</td><td class=\"n\">{}</td>",
          time_text(node.processor_milliseconds), time_text(node.milliseconds),
          100 * share_of(node.milliseconds, most_ms_), with_commas(node.rows_in),
          with_commas(node.rows));
    }
    expected(node);
    if (profile_.was_run) {
      out_ += fmt::format(
          "<td class=\"n\">{}</td><td><div class=\"bar m\"><i "
          "style=\"width:{:.1f}%\"></i></div></td>",
          node.memory_peak_bytes ? format_byte_size(node.memory_peak_bytes) : "",
          100 * share_of(static_cast<double>(node.memory_peak_bytes),
                         static_cast<double>(most_memory_)));
      if (profile_.spilled_bytes > 0) {
        out_ += fmt::format("<td class=\"n spill\">{}</td>",
                            node.spilled_bytes ? format_byte_size(node.spilled_bytes) : "");
      }
    }
    out_ += "</tr>";
  }

  /// Far off is what other choices would have been made for.
  void expected(const ProfiledNode& node) {
    const double rows = std::max(1.0, static_cast<double>(node.rows));
    const double factor = std::max(1.0, node.estimated_rows) / rows;
    const bool is_off = profile_.was_run && (factor > 10 || factor < 0.1);
    out_ += fmt::format("<td class=\"n{}\" title=\"{}\">~{}</td>", is_off ? " off" : "",
                        profile_.was_run ? fmt::format("{:.2g} × the rows there were", factor) : "",
                        expected_text(node.estimated_rows));
  }

  void details(const ProfiledNode& node) {
    std::vector<std::string> notes = node.notes;
    for (const auto& [name, count] : node.counters)
      notes.push_back(name.starts_with("bytes") ? format_byte_size(count) + name.substr(5)
                                                : with_commas(count) + " " + name);
    if (node.spilled_bytes > 0) {
      notes.push_back(fmt::format("spilled {}, read back {}", format_byte_size(node.spilled_bytes),
                                  format_byte_size(node.read_back_bytes)));
    }
    if (node.operators.size() > 1) {
      for (const ProfiledOperator& one : node.operators) {
        notes.push_back(fmt::format("{}: {}, {} rows in, {} out, pipeline {}", one.name,
                                    time_text(one.milliseconds), with_commas(one.rows_in),
                                    with_commas(one.rows_out), one.pipeline + 1));
      }
    }
    if (notes.empty()) return;
    out_ += "<details><summary>why and how</summary>";
    list(notes);
    out_ += "</details>";
  }

  void pipelines() {
    double end = profile_.milliseconds;
    for (const ProfiledPipeline& one : profile_.pipelines)
      end = std::max(end, one.ended_milliseconds);
    out_ +=
        "<section><h2>Pipelines</h2><table><tr><th class=\"n\">#</th><th>operators</th><th>when"
        "</th><th class=\"n\">tasks</th><th class=\"n\">busy</th><th class=\"n\">waiting</th><th "
        "class=\"n\">queued</th></tr>";
    for (size_t i = 0; i < profile_.pipelines.size(); ++i) {
      const ProfiledPipeline& one = profile_.pipelines[i];
      const double begun = std::max(0.0, one.begun_milliseconds);
      const double ended = one.ended_milliseconds < 0 ? end : one.ended_milliseconds;
      const std::string when =
          one.begun_milliseconds < 0
              ? "it has not begun"
              : fmt::format(
                    "<div class=\"lane\" title=\"{} … {}\"><i "
                    "style=\"left:{:.1f}%;width:{:.1f}%\"></i></div>",
                    time_text(begun), time_text(ended), 100 * share_of(begun, end),
                    100 * share_of(ended - begun, end));
      out_ += fmt::format(
          "<tr><td class=\"n\">{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td><td "
          "class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
          i + 1, escaped(one.text), when, one.tasks, time_text(one.busy_milliseconds),
          time_text(one.waiting_milliseconds), time_text(one.queued_milliseconds));
    }
    out_ += "</table></section>";
  }

  const QueryProfile& profile_;
  double all_ms_ = 0;
  double most_ms_ = 0;
  uint64_t most_memory_ = 0;
  std::string out_;
};

}  // namespace

std::string profile_html(const QueryProfile& profile) { return HtmlProfile(profile).text(); }

}  // namespace doline
