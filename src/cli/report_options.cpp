#include "src/cli/report_options.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "src/values/nearest_word.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

constexpr const char* report_help =
    R"(Usage: netrunner report merge [--junit FILE] REPORT...

Reads the reports of 'netrunner batch --report', one for each shard, checks that
they belong to one batch and that none is missing or unfinished, and prints how
many jobs have succeeded and which have failed.

  --junit FILE    also write a JUnit XML file, one case for each job (-: stdout)
  -h, --help      show this help
  -V, --version   show the version of netrunner

Exit status: 0 the batch is whole, also if jobs have failed, 1 a shard is
missing or unfinished, 125 netrunner failed or a file is no report of the batch.
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

}  // namespace

std::string help_of_report() { return report_help; }

std::variant<MergeRequest, AskedText> parse_report(std::span<const std::string> words) {
    if (words.empty())
        throw UsageError("report: say what to do: netrunner report merge REPORT... (see netrunner help report)");
    const std::string& first = words.front();
    if (first == "merge") return parse_merge(words.subspan(1));
    if (const auto asked = asked_text(first)) return *asked;
    constexpr std::array<std::string_view, 1> known{"merge"};
    throw UsageError(fmt::format("report: unknown word '{}': say netrunner report merge REPORT...{}", first,
                                 suggestion(first, known)));
}

}  // namespace netrunner
