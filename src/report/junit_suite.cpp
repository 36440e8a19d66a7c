#include "src/report/junit_suite.hpp"

#include <fmt/format.h>

#include "src/relay/plain_text.hpp"
#include "src/values/utc_time.hpp"
#include "src/values/xml_text.hpp"

namespace netrunner {
namespace {

/// Text for XML, without escape sequences: XML can hold no ESC.
std::string plain_xml(const std::string& text) { return xml_text(plain_text(text)); }

}  // namespace

JUnitCase::Result junit_result(int status, const std::string& reason) {
    if (status == 0) return JUnitCase::Result::passed;
    const bool is_error = reason == "spawn-failed" || reason == "lost" || reason == "cancelled";
    return is_error ? JUnitCase::Result::error : JUnitCase::Result::failure;
}

void JUnitSuite::add(const JUnitCase& job) {
    ++tests_;
    cases_ += fmt::format("    <testcase classname=\"netrunner\" name=\"{}\" time=\"{:.3f}\"", plain_xml(job.name),
                          job.seconds);
    if (job.result == JUnitCase::Result::passed) {
        cases_ += "/>\n";
        return;
    }
    if (job.result == JUnitCase::Result::skipped) {
        ++skipped_;
        cases_ += fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n", plain_xml(job.message));
        return;
    }
    const bool is_error = job.result == JUnitCase::Result::error;
    ++(is_error ? errors_ : failures_);
    cases_ += fmt::format(">\n      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n    </testcase>\n",
                          is_error ? "error" : "failure", plain_xml(job.message), plain_xml(job.reason),
                          xml_text(job.last_lines));
}

std::string JUnitSuite::render(const std::string& host, std::chrono::system_clock::time_point started,
                               double seconds) const {
    return fmt::format(
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
               "  <testsuite name=\"netrunner\" package=\"netrunner\" id=\"0\" hostname=\"{}\" tests=\"{}\""
               " failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\" timestamp=\"{}\">\n"
               "    <properties/>\n",
               plain_xml(host), tests_, failures_, errors_, skipped_, seconds, utc_seconds(started)) +
           cases_ + "    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n";
}

}  // namespace netrunner
