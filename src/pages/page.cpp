#include "src/pages/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
#include <utility>
#include <variant>

#include "src/batch/sha256.hpp"
#include "src/pages/batch_page.hpp"
#include "src/pages/command_gist.hpp"
#include "src/pages/html_text.hpp"
#include "src/pages/page_templates.hpp"
#include "src/pages/run_page.hpp"
#include "src/pages/run_result.hpp"
#include "src/values/base64.hpp"
#include "src/values/version.hpp"

namespace netrunner {
namespace {

using Places = std::map<std::string_view, std::string>;

/// `text` with a value for each {{place}}. A value's own braces are left alone.
std::string filled_in(std::string_view text, const Places& places) {
    std::string full;
    while (true) {
        const std::size_t begin = text.find("{{");
        full += text.substr(0, begin);
        if (begin == std::string_view::npos) return full;
        const std::size_t end = text.find("}}", begin);
        full += places.at(text.substr(begin + 2, end - begin - 2));
        text.remove_prefix(end + 2);
    }
}

/// The style's digest, which the page's policy names: no other style has an effect.
std::string digest_of(std::string_view text) {
    Sha256 sha;
    sha.add(text);
    const Sha256::Digest digest = sha.finish();
    return to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string title_of(const std::vector<ShownReport>& reports) {
    if (reports.size() > 1) return fmt::format("{} reports", reports.size());
    if (const auto* run = std::get_if<ShownRun>(&reports.front().content))
        return fmt::format("{}: {}", result_of(*run).words,
                           cut_to(fmt::format("{}", fmt::join(run->command, " ")), 100));
    const auto& batch = std::get<ShownBatch>(reports.front().content);
    return fmt::format("{} of {} jobs failed", batch.failed(), batch.jobs.size());
}

bool has_failed(const ShownReport& report) {
    if (const auto* run = std::get_if<ShownRun>(&report.content)) return run->status != 0;
    const auto& batch = std::get<ShownBatch>(report.content);
    return batch.failed() > 0 || batch.status.value_or(0) != 0;
}

/// "A" to "Z", then "27".
std::string letter(std::size_t index) {
    return index < 26 ? std::string(1, static_cast<char>('A' + static_cast<char>(index)))
                      : fmt::format("{}", index + 1);
}

Detail detail_for(std::size_t runs) {
    if (runs <= 1) return {};
    const std::size_t share = std::max<std::size_t>(runs, 2);
    return {.points = std::max<std::size_t>(1200 / share, 60),
            .bands = std::max<std::size_t>(120 / share, 10),
            .processes = std::max<std::size_t>(2000 / share, 40),
            .text = 128'000 / share};
}

}  // namespace

std::string page_of(const std::vector<ShownReport>& reports) {
    std::vector<PageRun> runs;
    std::vector<std::string> run_names;
    std::vector<std::string> names;
    std::string batches;
    for (std::size_t i = 0; i < reports.size(); ++i) {
        names.push_back(html_text(reports[i].name));
        if (const auto* run = std::get_if<ShownRun>(&reports[i].content)) {
            runs.push_back({.run = run, .id = fmt::format("r{}-", i + 1)});
            run_names.push_back(reports[i].name);
        } else {
            batches += render_batch(std::get<ShownBatch>(reports[i].content), fmt::format("b{}-", i + 1));
        }
    }
    for (std::size_t i = 0; i < runs.size(); ++i) {
        runs[i].detail = detail_for(runs.size());
        if (runs.size() > 1) runs[i].name = letter(i);
    }
    std::string body;
    if (runs.size() == 1) body = render_run(runs.front());
    if (runs.size() > 1) body = render_comparison(runs, run_names);
    body += batches;
    const bool failed = std::ranges::any_of(reports, has_failed);
    return filled_in(page_html, {{"digest", digest_of(page_css)},
                                 {"version", html_text(version)},
                                 {"title", html_text(title_of(reports))},
                                 {"colour", failed ? "c4222d" : "1a7f37"},
                                 {"style", std::string(page_css)},
                                 {"body", body},
                                 {"files", fmt::format("{}", fmt::join(names, ", "))}});
}

}  // namespace netrunner
