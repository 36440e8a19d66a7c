// Starting: netrunner runs exactly the command that was asked for, and names a command that cannot be run in one line.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "trial.hpp"

using namespace support;
using nlohmann::json;

namespace {

void make_script(const std::string& path, const std::string& text) {
    std::ofstream{path} << text;
    std::filesystem::permissions(path, std::filesystem::perms{0755});
}

}  // namespace

TEST_SUITE_BEGIN("start");

TEST_CASE_FIXTURE(Trial, "a missing command gives 127 and one line") {
    auto [result, report] = run_reported({"--", "netrunner-no-such-command"});
    CHECK(result.ending == exit_code(127));
    CHECK(result.err == "netrunner: cannot run 'netrunner-no-such-command': no such file or directory\n");
    CHECK(result.out.empty());
    CHECK(report["reason"] == "spawn-failed");
    CHECK(report["exit_code"].is_null());
    CHECK(report["signal"].is_null());
    CHECK(report["error"]["stage"] == "exec");
    CHECK(report["error"]["errno"] == "ENOENT");
    CHECK(report["message"] == "cannot run 'netrunner-no-such-command': no such file or directory");
    CHECK(run({"--", "/nonexistent"}).ending == exit_code(127));
    CHECK(run({"--", "/etc/passwd/x"}).ending.number >= 126);
}

TEST_CASE_FIXTURE(Trial, "a command that only a shell understands is refused with what to write instead") {
    const std::string why = ": no such file or directory ";
    CHECK(run({"true && false"}).err ==
          "netrunner: cannot run 'true && false'" + why + "(try: sh -c 'true && false')\n");
    CHECK(run({"FOO=bar", "env"}).err == "netrunner: cannot run 'FOO=bar'" + why + "(try: -E FOO=bar)\n");
    CHECK(run({"FOO=bar", "env"}).ending == exit_code(127));
    CHECK(run({"export", "X=1"}).err ==
          "netrunner: cannot run 'export'" + why + "(a word of the shell; try: sh -c 'export ...')\n");
}

TEST_CASE_FIXTURE(Trial, "a program in the shepherd's place that is none is not told as a guard that was killed") {
    std::filesystem::copy_file(netrunner(), path("netrunner"));
    make_script(path("netrunner-shepherd"), "#!/bin/sh\nexit 127\n");
    auto setup = command({path("netrunner"), "run", "--report", path("report"), "--", "true"});
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(125));
    CHECK(result.err ==
          "netrunner: the program in the shepherd's place exited with status 127 without a word (install both programs "
          "from one build)\n");
    CHECK(json::parse(read_text(path("report")))["error"]["stage"] == "shepherd");
    std::ofstream(path("netrunner-shepherd")) << "neither a program nor a script";
    CHECK(contains(complete(setup).err, "cannot start the shepherd"));
}

TEST_CASE_FIXTURE(Trial, "a shepherd that cannot become a subreaper says so") {
    if (sanitized) return skip("the injected failure would hit the sanitizer's own calls");
    const auto result = complete(command(
        {program("refuse_calls"), "EPERM", "prctl", netrunner(), "run", "--report", path("report"), "--", "true"}));
    CHECK(result.ending == exit_code(125));
    CHECK(result.err == "netrunner: cannot become the parent of the command's orphans: operation not permitted\n");
    CHECK(json::parse(read_text(path("report")))["error"]["stage"] == "session");
}

TEST_CASE_FIXTURE(Trial, "a command that cannot be executed gives 126 and one line") {
    for (const std::string command : {"/etc/passwd", "/tmp"}) {
        CAPTURE(command);
        auto [result, report] = run_reported({"--", command});
        CHECK(result.ending == exit_code(126));
        CHECK(begins(result.err, "netrunner: cannot run '" + command + "': "));
        CHECK(lines(result.err).size() == 1);
        CHECK(report["error"]["stage"] == "exec");
        CHECK(report["error"]["errno"] == "EACCES");
    }
    const auto broken = path("broken");
    make_script(broken, "#!/nonexistent/interpreter\n");
    CHECK(run({"--", broken}).ending.exited);
    CHECK(run({"--", broken}).ending.number >= 126);
}

TEST_CASE_FIXTURE(Trial, "an empty name is refused in one line") {
    const auto result = run({"--", ""});
    CHECK(result.ending == exit_code(127));
    CHECK(begins(result.err, "netrunner: "));
    CHECK(lines(result.err).size() == 1);
}

TEST_CASE_FIXTURE(Trial, "words that look like our options belong to the command") {
    CHECK(run({"--", "echo", "--pty", "-t", "1", "--"}).out == "--pty -t 1 --\n");
    CHECK(run({"echo", "-t", "1", "--report", "x"}).out == "-t 1 --report x\n");
    CHECK(run({"--", "--pty"}).ending == exit_code(127));
    CHECK(run({"--", "sh", "-c", "echo $1", "--", "--help"}).out == "--help\n");
}

TEST_CASE_FIXTURE(Trial, "arguments are bytes, empty ones included") {
    CHECK(run({"--", "printf", "%s", "\xff\xfe"}).out == "\xff\xfe");
    CHECK(run({"--", "printf", "[%s]", "", "a b", "\n", "тест"}).out == "[][a b][\n][тест]");
}

TEST_CASE_FIXTURE(Trial, "arguments that are too long for the command's limits give 126 and the kernel's message") {
    if (sanitized) return skip(needs_more);
    // The kernel allows arguments of a quarter of the stack limit, but at least 128 KiB.
    const auto result = bash("nr --rlimit stack=256K -- echo $(seq 40000)");
    CHECK(result.ending == exit_code(126));
    CHECK(result.err == "netrunner: cannot run 'echo': argument list too long\n");
}

TEST_CASE_FIXTURE(Trial, "ten thousand arguments and a large environment arrive") {
    const auto result = bash(
        "set -- $(seq 10000); nr -- sh -c 'echo $#' sh \"$@\"\n"
        "BIG=$(head -c 100000 /dev/zero | tr '\\0' x) nr -- sh -c 'echo ${#BIG}'\n"
        "a=$(head -c 130000 /dev/zero | tr '\\0' y)\n"
        "nr -- sh -c 'echo $#' sh \"$a\" \"$a\" \"$a\" \"$a\" \"$a\" \"$a\" \"$a\" \"$a\"");
    CHECK(result.out == "10000\n100000\n8\n");
}

TEST_CASE_FIXTURE(Trial, "the command is found as env would find it") {
    std::filesystem::create_directories(path("bin"));
    make_script(directory() + "/bin/netrunner-test-tool", "#!/bin/sh\necho found $0\n");
    const auto bin = directory() + "/bin";
    CHECK(contains(run({"-E", "PATH=" + bin + ":/usr/bin:/bin", "--", "netrunner-test-tool"}).out, "found"));
    CHECK(contains(run({"-C", bin, "--", "./netrunner-test-tool"}).out, "found"));
    CHECK(run({"-E", "PATH=/nonexistent", "--", "sh", "-c", ":"}).ending == exit_code(127));
    CHECK(run({"--", "./netrunner-test-tool"}).ending == exit_code(127));
}

TEST_CASE_FIXTURE(Trial, "an executable text without an interpreter line runs as under env") {
    const auto script = path("script");
    make_script(script, "echo plain\n");
    const auto direct = complete(command({"/usr/bin/env", script}));
    const auto result = run({"--", script});
    CHECK(result.ending == direct.ending);
    CHECK(result.out == direct.out);
}

TEST_CASE_FIXTURE(Trial, "no variable of the environment is needed") {
    auto setup = runner({"--", "/bin/true"});
    setup.clean_environment = true;
    setup.environment.clear();
    CHECK(complete(setup).ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "a strange TMPDIR does not matter") {
    for (const auto& where : {std::string{"/nonexistent"}, "/" + std::string(200, 'x'), std::string{}}) {
        auto setup = runner({"--", "echo", "ok"});
        setup.environment["TMPDIR"] = where;
        CHECK(complete(setup).out == "ok\n");
    }
}

TEST_CASE_FIXTURE(Trial, "a missing shepherd is 125 and one line with the places that were tried") {
    const auto home = path("alone");
    std::filesystem::create_directories(home + "/bin");
    std::filesystem::copy_file(netrunner(), home + "/bin/netrunner");
    auto setup = runner({"--", "touch", directory() + "/started"});
    setup.argv[0] = home + "/bin/netrunner";
    auto result = complete(setup);
    CHECK_REFUSED(result, home + "/bin/netrunner-shepherd");
    CHECK(contains(result.err, "libexec/netrunner"));
    setup.environment["NETRUNNER_SHEPHERD"] = "/nonexistent/shepherd";
    CHECK_REFUSED(complete(setup), "/nonexistent/shepherd");
}

TEST_CASE_FIXTURE(Trial, "the shepherd is found beside the binary, in libexec, or by NETRUNNER_SHEPHERD") {
    const auto home = path("alone");
    std::filesystem::create_directories(home + "/bin");
    std::filesystem::create_directories(home + "/libexec/netrunner");
    std::filesystem::copy_file(netrunner(), home + "/bin/netrunner");
    auto setup = runner({"--", "echo", "ok"});
    setup.argv[0] = home + "/bin/netrunner";
    setup.environment["NETRUNNER_SHEPHERD"] = shepherd();
    CHECK(complete(setup).out == "ok\n");

    setup.environment["NETRUNNER_SHEPHERD"] = std::nullopt;
    std::filesystem::copy_file(shepherd(), home + "/libexec/netrunner/netrunner-shepherd");
    CHECK(complete(setup).out == "ok\n");
    std::filesystem::rename(home + "/libexec/netrunner/netrunner-shepherd", home + "/bin/netrunner-shepherd");
    CHECK(complete(setup).out == "ok\n");
    std::filesystem::create_symlink(home + "/bin/netrunner", home + "/link");
    setup.argv[0] = home + "/link";
    CHECK(complete(setup).out == "ok\n");
}

TEST_CASE_FIXTURE(Trial, "a shepherd that cannot be executed is 125 and one line with its path") {
    const auto home = path("alone");
    std::filesystem::create_directories(home);
    std::filesystem::copy_file(netrunner(), home + "/netrunner");
    auto setup = runner({"--", "touch", directory() + "/started"});
    setup.argv[0] = home + "/netrunner";
    std::ofstream{home + "/netrunner-shepherd"} << "not a program";
    CHECK_REFUSED(complete(setup), home + "/netrunner-shepherd");
    std::filesystem::remove(home + "/netrunner-shepherd");
    std::filesystem::create_directory(home + "/netrunner-shepherd");
    CHECK_REFUSED(complete(setup), home + "/netrunner-shepherd");
}

TEST_CASE_FIXTURE(Trial, "the shepherd by itself, without a runner, refuses and starts nothing") {
    const auto result = complete(command({shepherd(), "--", "touch", directory() + "/started"}));
    CHECK(result.ending.exited);
    CHECK(result.ending.number != 0);
}

TEST_SUITE_END();
