#pragma once

#include <string>
#include <vector>

#include "engine/session.h"

namespace doline {

/// Turns the machine's own package log and package lists, or the given log files, into
/// `folder`/report.html, report.csv and demo.sql. Returns the exit code: 1 when a check failed.
int run_demo(Session& session, const std::string& folder, const std::vector<std::string>& files);

}  // namespace doline
