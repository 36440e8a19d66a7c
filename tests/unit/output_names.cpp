#include "src/batch/output_names.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

using Words = std::vector<std::string>;

std::string path(const std::string& name_template, const Words& values, const char* stream = "stdout") {
    return OutputNames(name_template).path({.values = values, .number = 3, .id = "three", .stream = stream});
}

std::string refusal(const std::string& name_template, const Words& values = {"v"}) {
    try {
        path(name_template, values);
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "";
}

}  // namespace

TEST_SUITE_BEGIN("output_names");

TEST_CASE("each job and stream has its file") {
    CHECK(path("logs/{id}.{stream}", {"v"}) == "logs/three.stdout");
    CHECK(path("logs/{id}.{stream}", {"v"}, "stderr") == "logs/three.stderr");
    CHECK(path("{#}", {"v"}) == "3");
    CHECK(path("logs/{}.log", {"src/a.c"}) == "logs/src/a.c.log");
    CHECK(path("../logs/{/}", {"../../a.c"}) == "../logs/a.c");
    CHECK(OutputNames("{id}.{stream}").parts_streams());
    CHECK(!OutputNames("{id}").parts_streams());
}

TEST_CASE("a template that is the same for all jobs is refused") {
    for (const char* name : {"log", "log.{stream}", "{0}", "{x}"}) {
        CHECK_MESSAGE(refusal(name).find("all jobs would write to this file") != std::string::npos, name);
    }
    for (const char* name : {"{}", "{1}", "{.}", "{/}", "{//}x", "{#}", "{id}"}) CHECK_NOTHROW(OutputNames{name});
}

TEST_CASE("values do not lead out of the directory") {
    CHECK(refusal("logs/{}", {"../../etc/passwd"}).find("would lead out") != std::string::npos);
    CHECK(refusal("logs/{}.log", {".."}).empty());  // "...log" is a name
    CHECK(refusal("logs/{}", {".."}).find("would lead out") != std::string::npos);
    CHECK(refusal("logs/{1}{2}", {".", "."}).find("would lead out") != std::string::npos);
    CHECK(refusal("../{}", {"a"}).empty());
    CHECK(refusal("logs/{}", {"..a/b.."}).empty());
}

TEST_CASE("an id or a value that begins with a slash does not lead elsewhere") {
    const auto with_id = [](const char* name_template, const char* id) {
        try {
            return OutputNames(name_template).path({.values = {}, .number = 3, .id = id, .stream = "stdout"});
        } catch (const UsageError& wrong) {
            return std::string(wrong.what());
        }
    };
    CHECK(
        with_id("{id}", "/etc/passwd") ==
        "its output file '/etc/passwd' would lead out of the directory of --output-mode files={id} (say files=./{id})");
    for (const char* name_template : {"{id}", "logs/{id}", "{id}/{stream}", "../logs/{id}", "/tmp/{id}"}) {
        CAPTURE(name_template);
        for (const char* id : {"../x", "a/../../x", "..", "x/../.."})
            CHECK_MESSAGE(with_id(name_template, id).find("would lead out") != std::string::npos, id);
    }
    CHECK(with_id("logs/x{id}", "/../../x").find("would lead out") != std::string::npos);
    CHECK(with_id("logs/x{id}.{stream}", "..") == "logs/x...stdout");
    CHECK(with_id("./{id}", "/etc/passwd") == ".//etc/passwd");
    CHECK(with_id("logs/{id}", "/etc/passwd") == "logs//etc/passwd");
    CHECK(with_id("logs/{id}", "a/b") == "logs/a/b");
    CHECK(with_id("/tmp/{id}", "a") == "/tmp/a");
    for (const char* name_template : {"{}", "{1}", "{.}", "{//}/x", "{1}{2}"})
        CHECK_MESSAGE(refusal(name_template, {"/etc/passwd", "x"}).find("would lead out") != std::string::npos,
                      name_template);
    CHECK(path("{/}", {"/etc/passwd"}) == "passwd");
    CHECK(refusal("{}/x", {""}).find("would lead out") != std::string::npos);
    // A ".." of the template is the user's, but no value may shift where it leads.
    CHECK(path("{1}/../x", {"a"}) == "a/../x");
    CHECK(refusal("{1}/../x", {"."}).find("would lead out") != std::string::npos);
    CHECK(refusal("logs/{1}/../../x", {"a"}).find("would lead out") != std::string::npos);
}

TEST_CASE("a name may repeat if it depends on a record") {
    for (const char* name : {"{}", "{1}-{#}", "{.}", "{/}", "{//}/{#}"}) CHECK(OutputNames(name).may_repeat(false));
    for (const char* name : {"{id}", "{#}.{id}"}) {
        CHECK(!OutputNames(name).may_repeat(false));
        CHECK(OutputNames(name).may_repeat(true));
    }
    CHECK(!OutputNames("{#}.{stream}").may_repeat(true));
}

TEST_CASE("values that make no file name are refused") {
    CHECK(refusal("{}", {""}).find("is no name") != std::string::npos);
    CHECK(refusal("logs/{}", {""}).find("is no name") != std::string::npos);
    CHECK(refusal("logs/{}", {"a/"}).find("is no name") != std::string::npos);
}

TEST_CASE("missing directories are made, and an existing file stays as it is") {
    std::string folder = "/tmp/netrunner-output-XXXXXX";
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    const std::string file = folder + "/a/b/c.log";
    CHECK(::write(open_output(file).get(), "text", 4) == 4);
    CHECK(::write(open_output(file).get(), "ne", 2) == 2);
    std::ifstream read(file);
    CHECK(std::string(std::istreambuf_iterator<char>(read), {}) == "next");
    CHECK_THROWS_WITH(open_output(file + "/d"), doctest::Contains("not a directory"));
    CHECK_THROWS_WITH(open_output(folder + "/a/b"), doctest::Contains("is a directory"));
    std::filesystem::remove_all(folder);
}

TEST_SUITE_END();
