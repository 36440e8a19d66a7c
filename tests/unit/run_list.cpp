#include "src/runs/run_list.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

FoundRun make() {
    FoundRun run{.state = FoundRun::State::running,
                 .pid = 4240,
                 .user = 1000,
                 .elapsed = 192'900ms,
                 .timeout = 30min,
                 .processes = 14,
                 .memory = Size{812} << 20U,
                 .quiet = 2'500ms,
                 .has_shepherd = true,
                 .has_guard = true};
    run.command = {"make", "-j4"};
    return run;
}

}  // namespace

TEST_SUITE_BEGIN("run_list");

TEST_CASE("a head line and a line for each run, in columns") {
    const std::vector<FoundRun> runs{make()};
    CHECK(render_runs(runs, 0) ==
          "PID   ELAPSED    STATE    PROCS  MEMORY   OUTPUT  GUARDED  COMMAND\n"
          "4240  3m12s/30m  running  14     812 MiB  2s ago  whole    make -j4\n");
    CHECK(render_runs({}, 0) == "PID  ELAPSED  STATE  PROCS  MEMORY  OUTPUT  GUARDED  COMMAND\n");
}

TEST_CASE("what is not known is a dash") {
    FoundRun run = make();
    run.timeout = forever;
    run.memory.reset();
    run.quiet.reset();
    run.command.clear();
    run.has_guard = false;
    CHECK(render_runs(std::vector{run}, 0).ends_with("\n4240  3m12s    running  14     -       -       no guard  -\n"));
    run.has_guard = run.has_shepherd = false;
    CHECK(render_runs(std::vector{run}, 0).find(" none ") != std::string::npos);
    run.state = FoundRun::State::starting;
    CHECK(render_runs(std::vector{run}, 0).ends_with(" starting  14     -       -       -        -\n"));
}

TEST_CASE("less than a second is 0s") {
    FoundRun run = make();
    run.elapsed = 999ms;
    CHECK(render_runs(std::vector{run}, 0).find("\n4240  0s/30m  ") != std::string::npos);
}

TEST_CASE("a line is cut at the width of the terminal, between characters") {
    FoundRun run = make();
    run.command = {"äöü"};
    const std::string text = render_runs(std::vector{run}, 61);
    CHECK(text.ends_with("  whole    äö\n"));
}

TEST_CASE("an argument cannot break the line or reach the terminal") {
    FoundRun run = make();
    run.command = {"a\nb", "\x1b[31m"};
    CHECK(render_runs(std::vector{run}, 0).ends_with("  a?b ?[31m\n"));
}

TEST_CASE("a nested run is indented, a batch tells its jobs, and users have a column if there are several") {
    FoundRun inner = make();
    inner.depth = 1;
    inner.inside = 4240;
    inner.user = 0;
    inner.jobs = 1;
    const std::string text = render_runs(std::vector{make(), inner}, 0);
    CHECK(text.starts_with("PID   UID   ELAPSED "));
    CHECK(text.find("\n4240  1000  3m12s/30m  running  ") != std::string::npos);
    CHECK(text.find("\n4240  0     3m12s/30m  running, 1 job  ") != std::string::npos);
    CHECK(text.ends_with("    make -j4\n"));
}

TEST_CASE("the JSON has every field") {
    const auto json = nlohmann::json::parse(render_runs_as_json(std::vector{make()}));
    REQUIRE(json.size() == 1);
    CHECK(json[0]["pid"] == 4240);
    CHECK(json[0]["uid"] == 1000);
    CHECK(json[0]["inside"].is_null());
    CHECK(json[0]["elapsed"] == 192.9);
    CHECK(json[0]["timeout"] == 1800);
    CHECK(json[0]["state"] == "running");
    CHECK(json[0]["processes"] == 14);
    CHECK(json[0]["memory"] == Size{812} << 20U);
    CHECK(json[0]["last_output"] == 2.5);
    CHECK(json[0]["shepherd"] == true);
    CHECK(json[0]["guard"] == true);
    CHECK(json[0]["jobs"].is_null());
    CHECK(json[0]["command"] == nlohmann::json{"make", "-j4"});
    FoundRun bytes = make();
    bytes.command = {"\xff"};
    CHECK(nlohmann::json::parse(render_runs_as_json(std::vector{bytes}))[0]["command"][0] == "\xef\xbf\xbd");
    CHECK(render_runs_as_json({}) == "[]\n");
}

TEST_SUITE_END();
