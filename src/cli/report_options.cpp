#include "src/cli/report_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "src/values/nearest_word.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

constexpr const char* report_help =
    R"(Usage: netrunner report show FILE...
       netrunner report html FILE... > page.html
       netrunner report markdown FILE... >> "$GITHUB_STEP_SUMMARY"
       netrunner report junit FILE... > junit.xml
       netrunner report trace FILE > trace.json
       netrunner report merge [--junit FILE] REPORT...

Reads the reports of 'netrunner run --report' and 'netrunner batch --report'
(-: standard input) and writes to standard output:

show      a summary: how the run ended, what used the most time and memory and
          when; of a batch, the failures and the slowest jobs
html      one page with charts, which needs no other file, no script and no
          network; several reports are compared with the same scales
markdown  a short summary with tables, for the summary of a CI job
junit     a JUnit XML file, one case for each run and each job
trace     the processes and samples as Chrome trace events, for ui.perfetto.dev
          and about:tracing
merge     whether the reports of a batch's shards belong together and are
          whole, how many jobs have succeeded, and which have failed

The charts need samples: netrunner run --sample --report FILE.

Options of merge:
  --junit FILE    also write a JUnit XML file, one case for each job (-: stdout)

Options of all:
  -h, --help      show this help
  -V, --version   show the version of netrunner

Exit status: 0, also if a run or jobs have failed; 125 a file is no report, or
netrunner failed; merge: 1 a shard is missing or unfinished.
)";

std::optional<AskedText> asked_text(std::string_view word) {
    if (word == "-h" || word == "--help") return AskedText::help;
    if (word == "-V" || word == "--version") return AskedText::version;
    return std::nullopt;
}

std::variant<MergeRequest, AskedText> parse_merge(std::span<const std::string> words) {
    MergeRequest request;
    bool options_ended = false;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string_view word = words[at];
        if (options_ended || !word.starts_with('-') || word == "-") {
            request.reports.emplace_back(word);
        } else if (word == "--") {
            options_ended = true;
        } else if (const auto asked = asked_text(word)) {
            return *asked;
        } else if (word == "--junit" || word.starts_with("--junit=")) {
            if (request.junit) throw UsageError("report merge: --junit is given twice, but only one can be written");
            if (word == "--junit" && ++at == words.size()) throw UsageError("report merge: --junit needs a value");
            request.junit = word == "--junit" ? words[at] : std::string(word.substr(8));
            if (request.junit->empty()) throw UsageError("report merge: --junit: the name of the file is empty");
        } else {
            throw UsageError(fmt::format("report merge: unknown option '{}' (see netrunner help report)", word));
        }
    }
    if (request.reports.empty())
        throw UsageError("report merge: no report given (say: netrunner report merge REPORT...)");
    return request;
}

std::variant<ShowRequest, AskedText> parse_show(const std::string& word, ShowRequest::Form form,
                                                std::span<const std::string> words) {
    ShowRequest request{.form = form};
    bool options_ended = false;
    for (const std::string& each : words) {
        if (options_ended || !each.starts_with('-') || each == "-") {
            request.reports.push_back(each);
        } else if (each == "--") {
            options_ended = true;
        } else if (const auto asked = asked_text(each)) {
            return *asked;
        } else {
            throw UsageError(fmt::format("report {}: unknown option '{}' (see netrunner help report)", word, each));
        }
    }
    if (request.reports.empty())
        throw UsageError(fmt::format("report {}: no report given (say: netrunner report {} FILE)", word, word));
    if (std::ranges::count(request.reports, "-") > 1)
        throw UsageError(fmt::format("report {}: '-' is given twice, but standard input has one report", word));
    if (form == ShowRequest::Form::trace && request.reports.size() > 1)
        throw UsageError("report trace: only one report can be given");
    return request;
}

/// Both parsers' results as that of parse_report.
template <class Own>
std::variant<MergeRequest, ShowRequest, AskedText> widened(std::variant<Own, AskedText> parsed) {
    if (const auto* text = std::get_if<AskedText>(&parsed)) return *text;
    return std::get<Own>(std::move(parsed));
}

}  // namespace

std::string help_of_report() { return report_help; }

std::variant<MergeRequest, ShowRequest, AskedText> parse_report(std::span<const std::string> words) {
    constexpr std::array<std::string_view, 6> known{"show", "html", "markdown", "junit", "trace", "merge"};
    if (words.empty())
        throw UsageError("report: say what to do: netrunner report show FILE (see netrunner help report)");
    const std::string& first = words.front();
    const auto rest = words.subspan(1);
    if (first == "show") return widened(parse_show(first, ShowRequest::Form::text, rest));
    if (first == "html") return widened(parse_show(first, ShowRequest::Form::html, rest));
    if (first == "markdown") return widened(parse_show(first, ShowRequest::Form::markdown, rest));
    if (first == "junit") return widened(parse_show(first, ShowRequest::Form::junit, rest));
    if (first == "trace") return widened(parse_show(first, ShowRequest::Form::trace, rest));
    if (first == "merge") return widened(parse_merge(rest));
    if (const auto asked = asked_text(first)) return *asked;
    throw UsageError(fmt::format("report: unknown word '{}': it is show, html, markdown, junit, trace or merge{}",
                                 first, suggestion(first, known)));
}

}  // namespace netrunner
