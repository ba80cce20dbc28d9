#include "report.h"

#include <fmt/format.h>

#include <algorithm>

#include "charts.h"
#include "progress.h"
#include "report_style.h"
#include "web_requests.h"

namespace doline::demo {

namespace {

bool is_wide(const Part& part) {
  switch (part.chart) {
    case Chart::kBars:
      return part.measures.size() > 2;
    case Chart::kColumns:
      return false;
    case Chart::kTable:
      return part.measures.size() > 3 || part.measures.back().unit == Unit::kText;
    case Chart::kTiles:
    case Chart::kTimeArea:
    case Chart::kPercentiles:
      return true;
  }
  return true;
}

std::string card(const std::string& title, const std::string& about, bool wide,
                 const std::string& content) {
  std::string html = fmt::format("<section class=\"card{}\">", wide ? " wide" : "");
  if (!title.empty()) html += "<h3>" + escaped(title) + "</h3>";
  html +=
      about.empty() ? "<p class=\"about\"></p>" : "<p class=\"about\">" + escaped(about) + "</p>";
  return html + content + "</section>";
}

std::string parts_of_step(const Report& report, uint32_t step) {
  std::vector<size_t> parts;
  for (size_t i = 0; i < report.parts.size(); ++i) {
    if (report.parts[i].step == step) parts.push_back(i);
  }
  std::string html = "<div class=\"grid\">";
  bool is_second = false;  // of a row of two
  for (size_t at = 0; at < parts.size(); ++at) {
    const size_t i = parts[at];
    const Part& part = report.parts[i];
    // What would stand beside nothing takes the row.
    const bool is_alone =
        !is_second && (at + 1 == parts.size() || is_wide(report.parts[parts[at + 1]]));
    const bool wide = is_wide(part) || is_alone;
    is_second = !wide && !is_second;
    html += card(part.title, part.about, wide,
                 "<div class=\"scrollx\">" + draw(part, report.rows[i], wide) +
                     "</div><details><summary>the statement</summary><pre>" + escaped(part.sql) +
                     "</pre></details>");
  }
  return html + "</div>";
}

std::string duration(double ms) {
  return ms >= 1000 ? fmt::format("{:.2f} s", ms / 1000) : fmt::format("{:.0f} ms", ms);
}

/// The operators of a statement as a tree, each with the time all threads spent in it.
std::string plan(const TimedStatement& timed) {
  double most = 1;
  for (const ProfiledNode& node : timed.profile.nodes) most = std::max(most, node.milliseconds);
  std::string html =
      "<div class=\"plan\"><span class=\"head\">operator</span><span class=\"head\">time, all "
      "threads</span><span></span>"
      "<span class=\"head r\">rows out</span><span class=\"head r spill\">spilled</span>";
  for (const ProfiledNode& node : timed.profile.nodes) {
    const size_t space = node.text.find(' ');
    const std::string name = node.text.substr(0, space),
                      rest = space == node.text.npos ? "" : node.text.substr(space);
    html += fmt::format(
        "<span class=\"op\" style=\"padding-left:{:.1f}rem\" "
        "title=\"{}\"><b>{}</b><i>{}</i></span>",
        0.9 * node.depth, escaped(node.text), escaped(name), escaped(rest));
    html += fmt::format(
        "<span><div class=\"time\" style=\"width:{:.1f}%\"></div></span><span "
        "class=\"r\">{}</span>",
        std::max(0.6, 100 * node.milliseconds / most), duration(node.milliseconds));
    html += fmt::format(
        "<span class=\"r\">{}</span><span class=\"r spill\">{}</span>", with_commas(node.rows),
        node.spilled_bytes ? decimal_bytes(static_cast<double>(node.spilled_bytes)) : "");
  }
  return html + "</div>";
}

std::string timings(const Report& report) {
  Part part;
  part.title = "Statements";
  part.chart = Chart::kBars;
  part.measures = {{"time", Unit::kMilliseconds}};
  PartRows rows;
  for (const TimedStatement& timed : report.timings) {
    if (timed.seconds < 0.02) continue;
    rows.rows.push_back({timed.what, {fmt::format("{:.1f}", timed.seconds * 1000)}});
  }
  std::sort(rows.rows.begin(), rows.rows.end(), [](const auto& a, const auto& b) {
    return std::strtod(a.values[0].c_str(), nullptr) > std::strtod(b.values[0].c_str(), nullptr);
  });
  if (rows.rows.size() > 10) rows.rows.resize(10);
  return draw(part, rows, false);
}

}  // namespace

std::string render_html(const Report& report) {
  std::string html =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\">"
      "<title>" +
      escaped(report.title) + "</title><style>" + kReportStyle + "</style></head><body><main>";
  html += "<header><h1>" + escaped(report.title) + "</h1><p>" + escaped(report.subtitle) +
          "</p><div class=\"card\">" + draw_tiles(report.tiles) + "</div></header>";

  html += "<h2>" + escaped(report.first_step_title) + "</h2><p>";
  for (const std::string& note : report.notes) html += escaped(note) + " ";
  html += "</p>" + parts_of_step(report, 1);

  html +=
      "<h2>Five days and a weekend of a web shop</h2><p>Generated: a shop that does not exist, "
      "every request from the hash of its number. "
      "On Tuesday noon the search became faster; on Thursday afternoon something broke; a backup "
      "runs at three every night.</p>";
  html += "<div class=\"grid\">" +
          card("Every request",
               "Time across, what it took upward, how many in colour; one pixel a cell, counted by "
               "one GROUP BY.",
               true,
               "<div class=\"scrollx\">" +
                   draw_heatmap(*report.heatmap, report.heatmap_png,
                                {1793577600, kLowestDecade, kDecades}) +
                   "</div>") +
          "</div><p></p>" + parts_of_step(report, 2);

  html +=
      "<h2>How it was computed</h2><p>One process, inside its memory budget; what does not fit is "
      "spilled to disk.</p><div class=\"grid\">";
  for (const TimedStatement& timed : report.timings) {
    if (timed.what.find("windows") == std::string::npos || timed.profile.nodes.empty()) continue;
    html +=
        card("The plan of the sessions",
             fmt::format(
                 "Windows over all requests, then a group for each session: {:.1f} s, spilled {}.",
                 timed.seconds, decimal_bytes(static_cast<double>(timed.profile.spilled_bytes))),
             true, plan(timed));
  }
  html += card("Where the time went", "The ten longest statements of demo.sql, by the clock.",
               false, timings(report));
  std::string checks = "<ul class=\"checks\">";
  for (const Check& check : report.checks) {
    checks +=
        fmt::format("<li{}><b>{}</b>{}<span>{}</span></li>", check.holds ? "" : " class=\"no\"",
                    check.holds ? "ok" : "FAILED", escaped(check.what), escaped(check.numbers));
  }
  html += card("Checks", "", false, checks + "</ul>");
  html +=
      "</div><footer>Every number comes from a statement of <code>demo.sql</code>, which gives "
      "<code>report.csv</code> again.</footer></main></body></html>\n";
  return html;
}

}  // namespace doline::demo
