#include "src/pages/markdown.hpp"

#include <doctest/doctest.h>

#include "made_report.hpp"

using namespace netrunner;

namespace {

std::string markdown_for(const std::string& report) { return markdown_of({read_back(report)}); }

}  // namespace

TEST_SUITE_BEGIN("markdown");

TEST_CASE("nothing has a meaning in Markdown or HTML") {
    CHECK(markdown_text("a|b") == "a&#124;b");
    CHECK(markdown_text("`*_[x](y)") == "&#96;&#42;&#95;&#91;x&#93;&#40;y&#41;");
    CHECK(markdown_text("<b>&\n@me #1") == "&lt;b&gt;&amp;&#92;n&#64;me &#35;1");
    CHECK(markdown_text("main.cpp, gr\xc3\xbcn") == "main.cpp, gr\xc3\xbcn");
}

TEST_CASE("a run has its figures and what used the most CPU") {
    const std::string text = markdown_for(sampled_report().dump());
    CHECK(text.starts_with(
        "### succeeded: <code>make -j2</code>\n\n| | |\n|---|---|\n| Status | 0 |\n| Duration | 10s |\n"));
    CHECK(text.find("| Peak memory | 4 MiB, at 5s |\n") != std::string::npos);
    CHECK(text.find("| 4.5s | <code>cc1plus a.cpp</code> | 1s | 5s | 2.9 MiB |\n") != std::string::npos);
}

TEST_CASE("a batch has its failures first, and a bound") {
    std::string lines = made_header;
    for (int i = 1; i <= 2000; ++i) {
        MadeJson job = made_job(static_cast<std::uint64_t>(i), std::to_string(i), 3);
        job["message"] = std::string(5000, '*');
        job["record"] = {std::string(5000, '|')};
        lines += job.dump() + "\n";
    }
    const std::string text = markdown_for(lines);
    CHECK(text.starts_with("### 0 succeeded, 2000 failed, unfinished\n"));
    CHECK(text.find("| and 1950 more | | |\n") != std::string::npos);
    CHECK(text.size() < 200'000);
}

TEST_SUITE_END();
