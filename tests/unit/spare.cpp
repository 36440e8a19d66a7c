// Tests what a name of --spare means. Which processes of a real tree are left is tested in tests/system/spare.cpp.
#include "shepherd/tree/spare.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace netrunner;
using namespace std::string_view_literals;

TEST_SUITE_BEGIN("spare");

TEST_CASE("a name is the last component of the executable or of argv[0], whole") {
    const ProgramSeen seen{
        .file = "/opt/cache/bin/sccache-0.8", .name = "sccache", .words = "/usr/bin/sccache\0--start\0"sv};
    CHECK(is_named("sccache-0.8", seen));
    CHECK(is_named("sccache", seen));
    CHECK(!is_named("scc", seen));
    CHECK(!is_named("sccache-0.8.1", seen));
    CHECK(!is_named("--start", seen));
    CHECK(!is_named("", seen));
}

TEST_CASE("a path is the whole path of the executable") {
    const ProgramSeen seen{.file = "/usr/bin/sccache", .name = "sccache", .words = "/usr/local/bin/sccache\0"sv};
    CHECK(is_named("/usr/bin/sccache", seen));
    CHECK(!is_named("/usr/local/bin/sccache", seen));
    CHECK(!is_named("bin/sccache", seen));
    CHECK(!is_named("/usr/bin/sccache", {.file = "", .name = "sccache", .words = "/usr/bin/sccache\0"sv}));
}

TEST_CASE("a script has its own name if an interpreter runs it") {
    const auto runs = [](std::string_view file, std::string_view words, std::string_view comm = "x") {
        return is_named("build-daemon", {.file = file, .name = comm, .words = words});
    };
    CHECK(runs("/usr/bin/python3.11", "python3\0-u\0/opt/build-daemon\0serve\0"sv));
    CHECK(runs("/usr/bin/dash", "/bin/sh\0./build-daemon\0"sv));
    CHECK(!runs("/usr/bin/dash", "sh\0-c\0build-daemon\0"sv));
    CHECK(!runs("/usr/bin/less", "less\0build-daemon\0"sv));
    CHECK(!runs("/usr/bin/shred", "shred\0build-daemon\0"sv));
    CHECK(!runs("/usr/bin/python3.11", "python3\0serve\0build-daemon\0"sv));
    // The kernel names a process after its script (#!), whatever the interpreter.
    CHECK(runs("/usr/bin/guile", "/usr/bin/guile\0./build-daemon\0"sv, "build-daemon"));
    CHECK(is_named(
        "daemon-of-the-build.py",
        {.file = "/usr/bin/pypy3", .name = "daemon-of-the-b", .words = "pypy3\0/x/daemon-of-the-build.py\0"sv}));
}

TEST_CASE("a process of which nothing can be read has no name") {
    CHECK(!is_named("x", {}));
    CHECK(!is_named("/x", {}));
}

TEST_CASE("without names no process is spared") { CHECK(!is_spared({}, {.pid = 1, .state = 'S', .started = 1})); }

TEST_SUITE_END();
