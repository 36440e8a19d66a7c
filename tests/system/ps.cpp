// `netrunner ps` finds real runs, whatever their options, in /proc.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "terminal.hpp"
#include "trial.hpp"

using namespace support;

namespace {

using nlohmann::json;

struct PsTrial : Trial {
    json all(std::vector<std::string> prefix = {}) {
        prefix.insert(prefix.end(), {netrunner(), "ps", "--json"});
        const auto result = complete(command(prefix));
        CHECK(result.ending == exit_code(0));
        CHECK(result.err.empty());
        keep(result.out);
        return json::parse(result.out);
    }
    // What ps says of this run; null if it does not find it.
    json about(pid_t pid) {
        for (const auto& run : all()) {
            if (run["pid"] == pid) return run;
        }
        return nullptr;
    }
    // What was printed is validated against the schema after all tests.
    static void keep(const std::string& text) {
        static int kept = 0;
        if (const char* const folder = std::getenv("NETRUNNER_TEST_LISTS")) {
            std::ofstream(std::string(folder) + "/" + std::to_string(::getpid()) + "-" + std::to_string(++kept) +
                          ".json")
                << text;
        }
    }
    Process start_ready(std::vector<std::string> options, std::vector<std::string> more = {}) {
        options.insert(options.end(), {"--", program("log_signals"), path("log"), "15", "7"});
        options.insert(options.end(), more.begin(), more.end());
        auto process = start(runner(options));
        ready(process, path("log"));
        return process;
    }
};

}  // namespace

TEST_SUITE_BEGIN("ps");

TEST_CASE_FIXTURE(PsTrial, "a run is listed with its limit, its processes and its command") {
    auto process = start_ready({"-t", "10m"});
    const auto run = about(process.pid());
    REQUIRE(run.is_object());
    CHECK(run["uid"] == ::getuid());
    CHECK(run["inside"].is_null());
    CHECK(run["timeout"] == 600);
    CHECK(run["state"] == "running");
    CHECK(run["processes"] == 1);
    CHECK(run["memory"] > 0);
    CHECK(run["shepherd"] == true);
    CHECK(run["guard"] == true);
    CHECK(run["jobs"].is_null());
    CHECK(run["command"] == json{program("log_signals"), path("log"), "15", "7"});
    CHECK(run["elapsed"] < 60);
    process.signal(SIGTERM);
    process.finish();
    CHECK(about(process.pid()).is_null());
}

TEST_CASE_FIXTURE(PsTrial, "the table has the same, cut to the width of a terminal") {
    auto process = start_ready({"-t", "10m"});
    const auto line_of = [&](const std::string& text) {
        for (const auto& line : lines(text)) {
            if (begins(line, std::to_string(process.pid()) + " ")) return line;
        }
        return std::string();
    };
    const auto whole = complete(command({netrunner(), "ps"}));
    CHECK(begins(whole.out, "PID "));
    CHECK(contains(line_of(whole.out), "/10m "));
    CHECK(line_of(whole.out).ends_with(" " + path("log") + " 15 7"));
    Terminal terminal(40);
    auto listed = start(terminal.leader(*this, {netrunner(), "ps"}));
    CHECK(terminal.expect("PID [^\n]*\r\n([^\n]*\r\n)*" + std::to_string(process.pid()) + " [^\n]{20,}\r\n"));
    listed.finish();
    for (const auto& line : lines(terminal.printed())) CHECK(line.size() <= 41);  // with the carriage return
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(PsTrial, "a stopped command") {
    auto process = start_ready({});
    const pid_t command = announced(path("log"));
    ::kill(command, SIGSTOP);
    CHECK(wait_until([&] { return about(process.pid())["state"] == "stopped"; }));
    ::kill(command, SIGCONT);
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(PsTrial, "a nested run stands inside the run around it") {
    auto process = start_ready({"--", netrunner(), "run"});
    const auto outer = about(process.pid());
    json inner;
    for (const auto& run : all()) {
        if (run["inside"] == process.pid()) inner = run;
    }
    REQUIRE(inner.is_object());
    CHECK(outer["processes"] == 4);  // the inner runner, its two helpers and the command
    CHECK(inner["processes"] == 1);
    CHECK(inner["command"] == json{program("log_signals"), path("log"), "15", "7"});
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(PsTrial, "a run whose netrunner was killed is lost until its tree has ended") {
    expect_strays();
    auto process = start(runner({"-k", "30s", "--", program("ignore_signals"), path("log"), "15"}));
    const pid_t command = ready(process, path("log"));
    process.signal(SIGKILL);
    process.finish();
    json lost;
    CHECK(wait_until([&] {
        for (const auto& run : all()) {
            if (run["state"] == "lost" && run["command"] == json{program("ignore_signals"), path("log"), "15"})
                lost = run;
        }
        return lost.is_object();
    }));
    CHECK(lost["pid"] != process.pid());
    CHECK(lost["processes"] == 1);
    ::kill(command, SIGKILL);
    CHECK(nothing_left(5s));
}

TEST_CASE_FIXTURE(PsTrial, "a batch tells how many jobs run") {
    auto process = start(command({netrunner(), "batch", "-j", "3", "--batch-timeout", "1h", "--", "sh", "-c",
                                  "echo >{}; exec sleep 60", ":::", path("a"), path("b"), path("c"), path("d")}));
    CHECK(wait_until([&] { return ::access(path("c").c_str(), F_OK) == 0; }));
    const auto run = about(process.pid());
    REQUIRE(run.is_object());
    CHECK(run["jobs"] == 3);
    CHECK(run["processes"] == 3);
    CHECK(run["timeout"] == 3600);
    CHECK(run["command"] == json{"sh", "-c", "echo >{}; exec sleep 60"});
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(PsTrial, "the time of the last output of a file") {
    auto process = start(runner({"--stdout", path("out"), "--", "sh", "-c", "echo now; echo >ready; exec sleep 60"}));
    CHECK(wait_until([&] { return ::access(path("ready").c_str(), F_OK) == 0; }));
    CHECK(about(process.pid())["last_output"] < 60);
    process.signal(SIGTERM);
    process.finish();
    auto silent = start_ready({"--stdout", path("empty")});
    CHECK(about(silent.pid())["last_output"].is_null());
    silent.signal(SIGTERM);
    silent.finish();
}

TEST_CASE_FIXTURE(PsTrial, "another user sees only the runs of that user") {
    if (::geteuid() != 0) return skip("needs root");
    auto process = start_ready({});
    for (const auto& run : all({"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"})) {
        CHECK(run["uid"] == 65534);
    }
    CHECK(about(process.pid()).is_object());
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(PsTrial, "options of another version are no obstacle") {
    auto process =
        start(command({"bash", "-c", "exec -a netrunner \"$0\" \"$@\"", "sh", "run", "--of-tomorrow", "--", "x"}));
    process.finish();
    // A program named netrunner whose command line this version cannot parse.
    auto named = command({"sh", "-c", "cp /bin/sh netrunner && exec ./netrunner run --of-tomorrow -- make"});
    std::ofstream(path("run")) << "echo >ready; exec 3<fifo; read x <&3\n";
    path("netrunner"), path("ready");
    complete(command({"mkfifo", path("fifo")}));
    auto future = start(named);
    CHECK(wait_until([&] { return ::access(path("ready").c_str(), F_OK) == 0; }));
    const auto run = about(future.pid());
    REQUIRE(run.is_object());
    CHECK(run["command"] == json{"make"});
    CHECK(run["state"] == "starting");
    CHECK(run["timeout"].is_null());
    future.signal(SIGKILL);
    future.finish();
}

TEST_CASE_FIXTURE(PsTrial, "unknown words are refused") {
    CHECK_REFUSED(complete(command({netrunner(), "ps", "-x"})), "ps: unknown option '-x' (see netrunner help ps)");
    CHECK(begins(complete(command({netrunner(), "ps", "--help"})).out, "Usage: netrunner ps"));
    CHECK_REFUSED(complete(command({netrunner(), "pss"})), "did you mean 'netrunner ps'?");
}

TEST_SUITE_END();
