// Reports as Markdown with tables, for the summary of a CI job such as $GITHUB_STEP_SUMMARY (`netrunner report
// markdown`). shown_reports calls it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/pages/shown_batch.hpp"

namespace netrunner {

/// A part with a heading for each report; at most 50 failures of a batch. Nothing in a report is read as Markdown or
/// HTML.
std::string markdown_of(const std::vector<ShownReport>& reports);

/// `bytes` as a text that has no meaning in Markdown or HTML, within a table too.
std::string markdown_text(std::string_view bytes);

}  // namespace netrunner
