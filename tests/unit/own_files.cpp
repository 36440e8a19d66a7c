// With real files.
#include "src/batch/own_files.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "pipes.hpp"
#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

struct Files {
    unit::Folder folder;
    BatchOptions options;
    Files() {
        options.lists = {{"a"}};
        for (const char* name : {"log", "input"}) std::ofstream(path(name)) << "text";
        std::filesystem::create_symlink("log", path("link"));
    }
    [[nodiscard]] std::string path(const std::string& name) const { return folder.path(name); }
    [[nodiscard]] std::string refusal() const {
        return refusal([&] { const OwnFiles files(options); });
    }
    static std::string refusal(const std::function<void()>& act) {
        try {
            act();
        } catch (const UsageError& error) {
            return error.what();
        }
        return "";
    }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_SUITE_BEGIN("own_files");

TEST_CASE_FIXTURE(Files, "options that name one file are refused, also through a link and before it exists") {
    options.output_file = path("log");
    CHECK(refusal().empty());
    options.junit = path("link");
    CHECK(has(refusal(), "-o and --junit name the same file"));
    options.junit = path("new");
    CHECK(refusal().empty());
    options.report = path("new");
    CHECK(has(refusal(), "--report and --junit name the same file"));
    options.report = path("./log");
    CHECK(has(refusal(), "-o and --report name the same file"));
    options.report.reset();
    options.resume = path("log");
    CHECK(has(refusal(), "-o and --resume name the same file"));
}

TEST_CASE_FIXTURE(Files, "a file that would be emptied before it is read is refused") {
    options.lists.clear();
    options.input_file = path("input");
    options.output_file = path("input");
    CHECK(has(refusal(), "-a and -o name the same file"));
}

TEST_CASE_FIXTURE(Files, "an output file of a job that is one of them is refused") {
    options.output_file = path("log");
    options.junit = path("new");
    const OwnFiles files(options);
    CHECK(has(refusal([&] { files.refuse(path("link")); }), "is the file of -o"));
    CHECK(refusal([&] { files.refuse(path("new")); }).empty());
    std::ofstream(path("new")) << "made";
    CHECK(has(refusal([&] { files.refuse(path("new")); }), "is the file of --junit"));
    CHECK(refusal([&] { files.refuse(path("input")); }).empty());
    CHECK(refusal([&] { files.refuse(path("missing")); }).empty());
}

TEST_SUITE_END();
