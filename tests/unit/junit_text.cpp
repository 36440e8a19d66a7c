#include "src/pages/junit_text.hpp"

#include <doctest/doctest.h>

#include "made_report.hpp"

using namespace netrunner;

TEST_SUITE_BEGIN("junit_text");

TEST_CASE("a run and the jobs of a batch are cases of one suite") {
    MadeJson lost = made_job(2, "b", 125);
    lost["reason"] = "lost";
    lost["message"] = "the <guard> was killed";
    const std::string batch =
        made_header + made_job(1, "a", 0).dump() + "\n" + lost.dump() + "\n" + made_job(3, "c", 3).dump() + "\n";
    const std::string text = junit_of({read_back(sampled_report().dump()), read_back(batch)}, "host");
    const auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
    CHECK(has("hostname=\"host\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"0\""));
    CHECK(has("name=\"make -j2\" time=\"10.000\"/>"));
    CHECK(has("<error message=\"the &lt;guard&gt; was killed\" type=\"lost\">"));
    CHECK(has("<failure message="));
}

TEST_SUITE_END();
