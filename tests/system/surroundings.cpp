// Directory, environment, argv[0], umask, nice, limits: set in the child as asked, or refused before the command
// starts.
#include <doctest/doctest.h>

#include <algorithm>

#include "trial.hpp"

using namespace support;

namespace {

std::vector<std::string> variables(const std::string& text) {
    std::vector<std::string> found;
    std::string::size_type from = 0;
    while (from < text.size()) {
        const auto end = text.find('\0', from);
        found.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    std::sort(found.begin(), found.end());
    return found;
}

bool has(const std::vector<std::string>& found, const std::string& entry) {
    return std::find(found.begin(), found.end(), entry) != found.end();
}

// Whether any variable begins with `prefix`.
bool mentions(const std::vector<std::string>& found, const std::string& prefix) {
    return std::any_of(found.begin(), found.end(), [&](const auto& entry) { return begins(entry, prefix); });
}

}  // namespace

TEST_SUITE_BEGIN("surroundings");

TEST_CASE_FIXTURE(Trial, "the environment is inherited exactly") {
    const auto direct = variables(complete(command({"/usr/bin/env", "-0"})).out);
    const auto seen = variables(run({"--", "/usr/bin/env", "-0"}).out);
    REQUIRE(seen.size() == direct.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
        if (!begins(seen[i], "NETRUNNER_TEST_TAG=")) CHECK(seen[i] == direct[i]);
    }
}

TEST_CASE_FIXTURE(Trial, "variables are set, emptied, copied and unset") {
    auto setup = runner({"-E", "A=1 2", "-E", "EMPTY=", "--setenv", "KEPT", "-u", "GONE", "--unset", "ABSENT", "-E",
                         "EQUALS=a=b", "--", "/usr/bin/env", "-0"});
    setup.environment["GONE"] = "x";
    setup.environment["KEPT"] = "kept";
    setup.environment["A"] = "before";
    const auto seen = variables(complete(setup).out);
    CHECK(has(seen, "A=1 2"));
    CHECK(has(seen, "EMPTY="));
    CHECK(has(seen, "KEPT=kept"));
    CHECK(has(seen, "EQUALS=a=b"));
    CHECK(!has(seen, "A=before"));
    CHECK(!mentions(seen, "GONE="));
}

TEST_CASE_FIXTURE(Trial, "an ignored environment leaves only what is set or copied by name") {
    auto setup = runner({"-i", "-E", "ONLY=this", "-E", "KEPT", "--", "/usr/bin/env", "-0"});
    setup.environment["KEPT"] = "kept";
    const auto seen = variables(complete(setup).out);
    CHECK(seen == std::vector<std::string>{"KEPT=kept", "ONLY=this"});
    CHECK(run({"--ignore-environment", "--", "/usr/bin/env"}).out.empty());
}

TEST_CASE_FIXTURE(Trial, "a malformed variable is refused") {
    CHECK_REFUSED(run({"-E", "=x", "--", "true"}), "=x");
    CHECK_REFUSED(run({"-u", "A=B", "--", "true"}), "A=B");
}

TEST_CASE_FIXTURE(
    Trial, "the command runs in the directory asked for, netrunner's files are relative to the user's directory") {
    auto [result, report] = complete_reported(runner({"-C", "/usr", "-o", path("out"), "--", "pwd"}));
    CHECK(result.out == "/usr\n");
    CHECK(report["directory"] == "/usr");
    auto relative = runner({"-C", "/usr", "-o", "relative", "--", "pwd"});
    CHECK(complete(relative).out == "/usr\n");
    CHECK(read_text(path("relative")) == "/usr\n");
}

TEST_CASE_FIXTURE(Trial, "a directory that cannot be entered is 125 and one line") {
    auto [result, report] = run_reported({"-C", "/nope", "--", "touch", directory() + "/started"});
    CHECK_REFUSED(result, "/nope");
    CHECK(report["reason"] == "spawn-failed");
    CHECK(report["error"]["errno"] == "ENOENT");
    CHECK(report["exit_code"].is_null());
    CHECK_REFUSED(run({"-C", "/etc/passwd", "--", "true"}), "/etc/passwd");
}

TEST_CASE_FIXTURE(Trial, "argv[0] can be another name") {
    CHECK(run({"-a", "other", "--", "cat", "/proc/self/cmdline"}).out ==
          std::string("other\0/proc/self/cmdline\0", 25));
    CHECK(run({"--argv0", "-sh", "--", "/bin/sh", "-c", "echo $0"}).out == "-sh\n");
}

TEST_CASE_FIXTURE(Trial, "the umask is set") {
    CHECK(run({"--umask", "027", "--", "sh", "-c", "umask"}).out == "0027\n");
    CHECK(run({"--umask", "0", "--", "sh", "-c", "umask"}).out == "0000\n");
    for (const std::string mode : {"9", "z", "", "7777777", "-1", "01000"}) {
        CAPTURE(mode);
        CHECK_REFUSED(run({"--umask=" + mode, "--", "true"}), "'" + mode + "'");
    }
}

TEST_CASE_FIXTURE(Trial, "niceness is set") {
    CHECK(run({"--nice", "5", "--", "nice"}).out == "5\n");
    CHECK_REFUSED(run({"--nice", "x", "--", "true"}), "'x'");
}

TEST_CASE_FIXTURE(Trial, "resource limits are set, soft and hard") {
    CHECK(run({"--rlimit", "nofile=64:128", "--", "sh", "-c", "ulimit -Sn; ulimit -Hn"}).out == "64\n128\n");
    CHECK(run({"--rlimit", "nofile=70", "--rlimit", "core=0", "--", "sh", "-c", "ulimit -Sn; ulimit -Sc"}).out ==
          "70\n0\n");
    CHECK(run({"--rlimit", "cpu=unlimited", "--", "sh", "-c", "ulimit -St"}).out == "unlimited\n");
    CHECK(!run({"--rlimit", "fsize=512", "--", "dd", "if=/dev/zero", "of=" + path("big"), "bs=1024", "count=4"})
               .ending.exited);
    CHECK(read_text(path("big")).size() == 512U);
}

TEST_CASE_FIXTURE(Trial, "malformed or impossible resource limits are refused") {
    for (const std::string limit :
         {"nosuch=5", "nofile", "nofile=", "nofile=x", "nofile=5:", "nofile=10:5", "=5", ""}) {
        CAPTURE(limit);
        const auto result = run({"--rlimit=" + limit, "--", "touch", directory() + "/started"});
        CHECK(result.ending == exit_code(125));
        CHECK(lines(result.err).size() == 1);
        CHECK(begins(result.err, "netrunner: "));
    }
}

TEST_CASE_FIXTURE(Trial, "a limit of the command does not restrict netrunner") {
    // A static program, which opens no files.
    CHECK(run({"--rlimit", "nofile=3", "--", program("print_fds")}).ending == exit_code(7));
    CHECK(run({"--rlimit", "nproc=1", "--rlimit", "fsize=0", "--", program("print_fds")}).ending == exit_code(7));
}

TEST_CASE_FIXTURE(Trial, "no new privileges") {
    CHECK(contains(run({"--no-new-privs", "--", "grep", "NoNewPrivs", "/proc/self/status"}).out, "\t1\n"));
    CHECK(contains(run({"--", "grep", "NoNewPrivs", "/proc/self/status"}).out, "\t0\n"));
}

TEST_SUITE_END();
