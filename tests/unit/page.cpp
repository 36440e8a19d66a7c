#include "src/pages/page.hpp"

#include <doctest/doctest.h>

#include <regex>
#include <set>
#include <string>

#include "made_report.hpp"
#include "src/pages/chart.hpp"
#include "src/pages/trace.hpp"
#include "src/values/utf8.hpp"

using namespace netrunner;

namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

std::string page_for(const std::vector<std::string>& texts) {
    std::vector<ShownReport> reports;
    for (const std::string& text : texts) reports.push_back(read_back(text));
    return page_of(reports);
}

/// Every id is there once, and every link and label leads to one.
void check_ids(const std::string& page) {
    std::set<std::string> ids;
    const std::regex id(R"re( id="([^"]*)")re");
    for (std::sregex_iterator at(page.begin(), page.end(), id), end; at != end; ++at)
        CHECK_MESSAGE(ids.insert((*at)[1]).second, (*at)[1].str());
    const std::regex link(R"re(href="#([^"]*)")re");
    for (std::sregex_iterator at(page.begin(), page.end(), link), end; at != end; ++at)
        CHECK_MESSAGE(ids.contains((*at)[1]), (*at)[1].str());
}

}  // namespace

TEST_SUITE_BEGIN("page");

TEST_CASE("a run has its charts, its processes and its tables") {
    const std::string page = page_for({sampled_report().dump()});
    for (const char* part : {"<title>succeeded: make -j2</title>", "id=\"r1-memory\"", "id=\"r1-cpu\"",
                             "id=\"r1-count\"", "id=\"r1-output\"", "id=\"r1-processes\"", "Samples as a table",
                             "Processes as a table", "4 MiB at most, at 5s", "cc1plus a.cpp"})
        CHECK_MESSAGE(page.find(part) != std::string::npos, part);
    CHECK(page.find("id=\"r1-storage\"") == std::string::npos);
    check_ids(page);
}

TEST_CASE("a run without samples has a page that says so") {
    const std::string page = page_for({made_report().dump()});
    CHECK(page.find("This report has no samples") != std::string::npos);
    CHECK(page.find("<figure") == std::string::npos);
}

TEST_CASE("no text of a report is read as HTML") {
    MadeJson report = sampled_report();
    const std::string evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{body}}";
    report["command"] = {evil, evil};
    report["directory"] = evil;
    report["message"] = evil;
    report["reason"] = evil;
    report["signal"] = evil;
    report["version"] = evil;
    report["timeline"]["memory_source"] = evil;
    report["stop"] = {{"cause", evil}, {"steps", {{{"signal", evil}, {"after", 3}, {"to", evil}}}}};
    report["attempts"] = {{{"reason", evil}, {"status", 1}, {"wall", 1}}};
    report["orphans"] = {{{"pid", 1}, {"command", evil}, {"ended_by", evil}}};
    report["survivors"] = {{{"pid", 1}, {"command", evil}, {"state", evil}}};
    report["error"] = {{"message", evil}};
    for (auto& process : report["processes"]["list"]) process["command"] = process["signal"] = evil;
    MadeJson job = report;
    job["type"] = "job";
    job["id"] = evil;
    job["number"] = 1;
    job["key"] = evil;
    job["status"] = 3;
    const std::string run = report.dump();
    for (const std::string& page :
         {page_for({run}), page_for({run, run}), page_for({made_header + job.dump() + "\n"})}) {
        CHECK(page.find("<script") == std::string::npos);
        CHECK(page.find("<img") == std::string::npos);
        CHECK(page.find("onerror=alert(1)>") == std::string::npos);
        CHECK(page.find("&lt;script&gt;") != std::string::npos);
        check_ids(page);
    }
}

TEST_CASE("two runs are compared, with the same scales") {
    MadeJson longer = sampled_report();
    longer["time"]["wall"] = 20;
    longer["timeline"]["rows"].push_back({20, 12, 8388608, 1, 0, 0, 4000, 0, 1});
    const std::string page = page_for({sampled_report().dump(), longer.dump()});
    CHECK(page.find("2 runs compared") != std::string::npos);
    CHECK(page.find("<small>+100%</small>") != std::string::npos);
    CHECK(count_of(page, ">8 MiB</text>") == 2);
    check_ids(page);
}

TEST_CASE("a batch has its failures first, and a link from each job to its charts") {
    MadeJson failed = made_job(2, "b", 7);
    failed["timeline"] = sampled_report()["timeline"];
    const std::string page =
        page_for({made_header + made_job(1, "a", 0).dump() + "\n" + failed.dump() + "\n" + made_trailer});
    CHECK(page.find("1 of 2 failed") != std::string::npos);
    CHECK(page.find("<h2>Failures</h2>") != std::string::npos);
    CHECK(page.find("href=\"#b1-j2\"") != std::string::npos);
    CHECK(page.find("id=\"b1-j2-memory\"") != std::string::npos);
    check_ids(page);
}

TEST_CASE("the page of a batch is bounded, and every job that has failed has its place") {
    std::string lines = made_header;
    for (std::uint64_t i = 1; i <= 500; ++i) {
        MadeJson job = made_job(i, std::to_string(i), i % 3 == 0 ? 1 : 0);
        job["timeline"] = sampled_report()["timeline"];
        job["processes"] = sampled_report()["processes"];
        lines += job.dump() + "\n";
    }
    const std::string page = page_for({lines});
    CHECK(page.size() < 1'500'000);
    CHECK(page.find(" of 500 jobs have their charts here") != std::string::npos);
    for (int i = 3; i <= 300; i += 3) CHECK(page.find("href=\"#b1-j" + std::to_string(i) + "\"") != std::string::npos);
    check_ids(page);
}

TEST_CASE("a page of 1000 processes and 600 rows has at most 300 KB") {
    MadeJson report = sampled_report();
    auto& rows = report["timeline"]["rows"];
    auto& list = report["processes"]["list"];
    rows.clear();
    list.clear();
    for (int i = 1; i <= 600; ++i)
        rows.push_back({i, i * 1.3 + (i * 7919 % 10) / 10.0, 1'000'000'000 + i * 7919 % 1000 * 1'000'003, i * 31 % 40,
                        i * 1000, i * i * 1000, i * 100, i * i, 2});
    for (int i = 0; i < 1000; ++i) {
        list.push_back(
            {{"pid", 4000 + i},
             {"parent", i == 0 ? MadeJson(nullptr) : MadeJson(4000 + i / 3)},
             {"command", "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus " + std::string(140, 'x') + " source.cpp"},
             {"start", i * 0.59},
             {"end", i * 0.59 + 1.234 + i % 7},
             {"cpu", 1.1 + i % 5},
             {"peak", 123'456'789 + i * 1001},
             {"exit_code", 0}});
    }
    const std::string page = page_for({report.dump()});
    CHECK(page.size() <= 300'000);
    CHECK(count_of(page, "<rect class=") >= 1000);
}

TEST_CASE("hostile numbers make a page of ordinary size with finite numbers") {
    MadeJson report = sampled_report();
    report["time"]["wall"] = 1e10;
    report["timeline"]["rows"] = {{1e-15, 1e16, 1e16, 1e16, 1e16, 1e16, 1e16, 1e16, 1e16},
                                  {1e-6, 1e10, 1e16, 1e16, 1e16, 1e16, 1e16, 1e16, 1e16},
                                  {1e10, 1e10, 0, 0, 0, 0, 0, 0, 0}};
    report["processes"]["list"][0]["end"] = 1e10;
    report["processes"]["list"][1]["cpu"] = 1e10;
    report["limits"] = {{"memory", 0}, {"timeout", 0}, {"processes", 0}, {"cpu_time", 0}};
    report["started_at"] = "0000-00-00T99:99:99Z";
    const std::string page = page_for({report.dump()});
    CHECK(trace_of(read_back(report.dump())).find("e+") == std::string::npos);
    CHECK(page.size() < 60'000);
    CHECK(page.find("nan") == std::string::npos);
    CHECK(page.find("inf") == std::string::npos);
    CHECK(is_utf8(page));
}

TEST_CASE("very many rows, processes and jobs do not make the page as large") {
    MadeJson report = sampled_report();
    auto& list = report["processes"]["list"];
    for (int i = 0; i < 10'000; ++i) list.push_back({{"pid", i + 100}, {"command", "x"}, {"start", 1}, {"end", 9}});
    for (int i = 0; i < 30'000; ++i) report["timeline"]["rows"].push_back({11 + i, 10 + i, i % 100, 1, 0, 0, 0, 0, 0});
    CHECK(page_for({report.dump()}).size() < 400'000);
}

TEST_CASE("marks close to each other share a label") {
    const std::string text = render_marks({{100, "SIGTERM"}, {101, "SIGKILL"}}, 110, 96, true);
    CHECK(text.find("SIGTERM, SIGKILL") != std::string::npos);
    CHECK(count_of(text, "<line") == 2);
    CHECK(count_of(text, "<text") == 1);
    CHECK(render_marks({}, 1, 96, true).empty());
}

TEST_SUITE_END();
