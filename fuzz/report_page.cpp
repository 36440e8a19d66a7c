// Reads any text as the report of a run or of a batch, and makes its text, its page, its Markdown and its trace.
// Expected: all are UTF-8 and bounded, and the page has no element that the report wrote; or a message. Begins with
// fuzz/corpus/report_page.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <variant>

#include "src/pages/batch_text.hpp"
#include "src/pages/markdown.hpp"
#include "src/pages/page.hpp"
#include "src/pages/report_reader.hpp"
#include "src/pages/run_text.hpp"
#include "src/pages/trace.hpp"
#include "src/values/usage_error.hpp"
#include "src/values/utf8.hpp"

using namespace netrunner;

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

void check_all(const ShownReport& report, std::size_t size) {
    const auto* run = std::get_if<ShownRun>(&report.content);
    const std::string text = run != nullptr ? run_text(report.name, *run, false)
                                            : batch_text(report.name, std::get<ShownBatch>(report.content), false);
    check(is_utf8(text));
    const std::string page = page_of({report, report});
    check(is_utf8(page) && page.size() < 200'000 + size * 100);
    check(page.find("<script") == std::string::npos && page.find("<iframe") == std::string::npos);
    check(is_utf8(trace_of(report)) && is_utf8(markdown_of({report})));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    try {
        check_all(read_report(
                      [&](std::span<std::byte> room) -> IoResult {
                          const std::size_t count = std::min(room.size(), rest.size());
                          if (count == 0) return {.status = IoResult::Status::end};
                          std::memcpy(room.data(), rest.data(), count);
                          rest.remove_prefix(count);
                          return {.status = IoResult::Status::moved, .bytes = count};
                      },
                      "r"),
                  size);
    } catch (const UsageError& wrong) {
        check(!std::string_view(wrong.what()).empty());
    }
    return 0;
}
