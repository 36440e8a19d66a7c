#include "src/doctor/diagnosis.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace netrunner;

namespace {

const Diagnosis mixed{.kernel = "Linux 6.1.0",
                      .machine = "x86_64",
                      .user = 1000,
                      .checks = {{"run", true, "every run", "commands are run"},
                                 {"cgroup.memory", false, "--memory-max", "not \"here\""}}};

}  // namespace

TEST_SUITE_BEGIN("diagnosis");

TEST_CASE("the text has one line per check, in columns") {
    const std::string text = render_text(mixed);
    CHECK(text.starts_with("netrunner "));
    CHECK(text.find(" on Linux 6.1.0 x86_64, as user 1000\n") != std::string::npos);
    CHECK(
        text.ends_with("\nyes  run            needed for every run: commands are run\n"
                       "no   cgroup.memory  needed for --memory-max: not \"here\"\n"));
}

TEST_CASE("the JSON has the same checks") {
    const auto json = nlohmann::json::parse(render_json(mixed));
    CHECK(json["schema"] == 1);
    CHECK(json["kernel"] == "Linux 6.1.0");
    CHECK(json["user"] == 1000);
    CHECK(json["ok"] == false);
    REQUIRE(json["checks"].size() == 2);
    CHECK(json["checks"][1] ==
          nlohmann::json{
              {"name", "cgroup.memory"}, {"ok", false}, {"needed_for", "--memory-max"}, {"detail", "not \"here\""}});
}

TEST_CASE("a diagnosis suffices only if every check is ok") {
    CHECK(!mixed.suffices());
    Diagnosis well = mixed;
    well.checks.pop_back();
    CHECK(well.suffices());
    CHECK(nlohmann::json::parse(render_json(well))["ok"] == true);
}

TEST_CASE("if checks are required, only these decide") {
    Diagnosis asked = mixed;
    asked.required = {"run"};
    CHECK(asked.suffices());
    CHECK(nlohmann::json::parse(render_json(asked))["ok"] == true);
    CHECK(nlohmann::json::parse(render_json(asked))["required"] == nlohmann::json{"run"});
    asked.required = {"run", "cgroup.memory"};
    CHECK(!asked.suffices());
    CHECK(nlohmann::json::parse(render_json(mixed))["required"] == nlohmann::json::array());
}

TEST_CASE("a path that is not UTF-8 does not make the rendering fail") {
    Diagnosis odd = mixed;
    odd.checks[0].detail = "below '/\xff'";
    CHECK(nlohmann::json::accept(render_json(odd)));
}

TEST_SUITE_END();
