#include "src/plan/file_clashes.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

void add(std::vector<NamedFile>& list, const char* option, const std::string& name, std::optional<FilePlace> place) {
    if (place) list.push_back({option, name, *std::move(place)});
}

void add(std::vector<NamedFile>& list, const char* option, const std::optional<std::string>& path) {
    if (path) add(list, option, *path, find_place(*path));
}

void add(std::vector<NamedFile>& list, const char* option, const StreamChoice& choice) {
    if (choice.mode == StreamChoice::Mode::file) add(list, option, std::optional(choice.path));
}

}  // namespace

void refuse_clash(const NamedFile& report, const NamedFile& other) {
    if (!would_clash(report.place, other.place)) return;
    const std::string too = report.name == other.name ? "" : fmt::format(" (as '{}')", other.name);
    throw UsageError(fmt::format("{} and {} name the same file '{}'{}: one would overwrite the other", other.option,
                                 report.option, report.name, too));
}

void refuse_file_clashes(const Options& options) {
    std::vector<NamedFile> outputs;
    add(outputs, "--stdout", options.standard_output);
    add(outputs, "--stderr", options.standard_error);
    add(outputs, "--output", options.output_file);

    std::vector<NamedFile> reports;
    add(reports, "--report", options.report);
    add(reports, "--junit", options.junit);
    if (options.events && !options.events->descriptor) add(reports, "--events", std::optional(options.events->path));
    if (options.report_fd) {
        add(reports, "--report-fd", fmt::format("descriptor {}", *options.report_fd), place_of(*options.report_fd));
    }
    for (std::size_t i = 0; i < reports.size(); ++i) {
        for (const NamedFile& output : outputs) refuse_clash(reports[i], output);
        for (std::size_t k = 0; k < i; ++k) refuse_clash(reports[i], reports[k]);
    }
}

}  // namespace netrunner
