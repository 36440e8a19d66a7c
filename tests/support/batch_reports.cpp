#include "batch_reports.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>

#include "proc_fs.hpp"

namespace support {
namespace {

namespace fs = std::filesystem;

/// The directory of a trial has a name of its own, so the copies of all trials have different names.
void keep_for_schema_check(const fs::path& file) {
    const char* const directory = std::getenv("NETRUNNER_TEST_REPORTS");
    if (directory == nullptr || *directory == '\0') return;
    std::string name = fs::absolute(file).string();
    std::ranges::replace(name, '/', '-');
    fs::create_directories(directory);
    fs::copy_file(file, fs::path(directory) / (name + ".jsonl"), fs::copy_options::overwrite_existing);
}

}  // namespace

std::vector<nlohmann::json> batch_report(const std::string& file) {
    REQUIRE_MESSAGE(fs::exists(file), "no report was written");
    keep_for_schema_check(file);
    std::vector<nlohmann::json> objects;
    std::istringstream text(read_text(file));
    for (std::string line; std::getline(text, line) && !text.eof();) {
        objects.push_back(nlohmann::json::parse(line, nullptr, false));
        REQUIRE_MESSAGE(objects.back().is_object(), "the line is not JSON: ", line);
    }
    return objects;
}

std::vector<nlohmann::json> of_type(const std::vector<nlohmann::json>& lines, const std::string& type) {
    std::vector<nlohmann::json> found;
    std::ranges::copy_if(lines, std::back_inserter(found), [&](const auto& line) { return line.at("type") == type; });
    return found;
}

}  // namespace support
