#include "src/pages/shown_reports.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <span>
#include <variant>
#include <vector>

#include "src/pages/batch_text.hpp"
#include "src/pages/junit_text.hpp"
#include "src/pages/markdown.hpp"
#include "src/pages/page.hpp"
#include "src/pages/report_reader.hpp"
#include "src/pages/run_text.hpp"
#include "src/pages/trace.hpp"
#include "src/system/fd.hpp"
#include "src/system/host_name.hpp"

namespace netrunner {
namespace {

ShownReport read_file(const std::string& name) {
    const bool is_stdin = name == "-";
    const Descriptor file = is_stdin ? Descriptor() : open_file(name, O_RDONLY);
    const int descriptor = is_stdin ? STDIN_FILENO : file.get();
    return read_report(
        [&](std::span<std::byte> room) {
            return IoResult::of(true, [&] { return ::read(descriptor, room.data(), room.size()); });
        },
        is_stdin ? "standard input" : name);
}

std::string text_of(const std::vector<ShownReport>& reports, bool coloured) {
    std::string text;
    for (const ShownReport& report : reports) {
        if (!text.empty()) text += '\n';
        if (const auto* run = std::get_if<ShownRun>(&report.content)) {
            text += run_text(report.name, *run, coloured);
        } else {
            text += batch_text(report.name, std::get<ShownBatch>(report.content), coloured);
        }
    }
    return text;
}

}  // namespace

std::string show_reports(const ShowRequest& request, bool coloured) {
    std::vector<ShownReport> reports;
    for (const std::string& name : request.reports) reports.push_back(read_file(name));
    switch (request.form) {
        case ShowRequest::Form::text: return text_of(reports, coloured);
        case ShowRequest::Form::markdown: return markdown_of(reports);
        case ShowRequest::Form::junit: return junit_of(reports, host_name());
        case ShowRequest::Form::html: return page_of(reports);
        case ShowRequest::Form::trace: return trace_of(reports.front());
    }
    return "";
}

}  // namespace netrunner
