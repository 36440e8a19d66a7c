// Parses any text as lines of a batch's report, for --resume and for `report merge`. Expected: a result that adds up,
// or a message.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "src/batch/report_merge.hpp"
#include "src/batch/report_scan.hpp"
#include "src/values/usage_error.hpp"

using namespace netrunner;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        std::string_view rest = text;
        const ReportScan scan = scan_report(
            [&](std::span<std::byte> room) -> IoResult {
                const std::size_t count = std::min({room.size(), rest.size(), std::size_t{100}});
                if (count == 0) return {.status = IoResult::Status::end};
                std::memcpy(room.data(), rest.data(), count);
                rest.remove_prefix(count);
                return {.status = IoResult::Status::moved, .bytes = count};
            },
            "r");
        if (scan.whole + scan.torn != size) std::abort();
        if (scan.whole > 0 && text[scan.whole - 1] != '\n') std::abort();
    } catch (const UsageError& wrong) {
        if (std::string_view(wrong.what()).empty()) std::abort();
    }
    try {
        ReportMerge merge;
        merge.begin("a");
        for (std::size_t at = 0; at < size;) {
            const std::size_t end = text.find('\n', at);
            merge.add(text.substr(at, end - at), end == std::string_view::npos);
            at = end == std::string_view::npos ? size : end + 1;
        }
        const MergedBatch batch = merge.finish();
        if (batch.succeeded + batch.failed != batch.jobs.size()) std::abort();
    } catch (const UsageError& wrong) {
        if (std::string_view(wrong.what()).empty()) std::abort();
    }
    return 0;
}
