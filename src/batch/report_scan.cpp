#include "src/batch/report_scan.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "src/values/errno_text.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

constexpr std::size_t longest_line = 64U << 20U;

}  // namespace

ReportScan scan_report(const RecordReader::Read& read, const std::string& name) {
    Size total = 0;
    const auto counted = [&](std::span<std::byte> room) {
        const IoResult got = read(room);
        if (got.status == IoResult::Status::moved) total += got.bytes;
        return got;
    };
    RecordReader reader(counted, {.longest = longest_line});
    ReportScan scan;
    Record record;
    std::string problem;  // of the line before: only the last line may be torn
    std::uint64_t problem_line = 0;
    Size at = 0;
    while (true) {
        const auto state = reader.next(record);
        if (state == RecordReader::State::ended) break;
        if (state != RecordReader::State::record)
            throw UsageError(fmt::format("cannot read the report '{}': {}", name, errno_text(reader.error())));
        if (!problem.empty())
            throw UsageError(fmt::format("'{}' is no report of a batch: line {}: {}", name, problem_line, problem));
        scan.is_empty = false;
        at += record.values.front().size() + 1;
        try {
            if (!record.is_usable()) throw UsageError(record.problem);
            if (at > total) throw UsageError("it has no newline");
            const ReportLine line = parse_report_line(record.values.front());
            const auto* const header = std::get_if<ReportHeader>(&line);
            if (scan.whole == 0 && header == nullptr) throw UsageError("it is no header");
            if (header != nullptr) {
                scan.input_digest = header->input_digest;
                scan.shard = header->shard;
            }
            if (const auto* job = std::get_if<ReportedJob>(&line); job != nullptr && job->status == 0)
                scan.done.add(job->key);
            scan.is_complete = std::holds_alternative<ReportTrailer>(line);
            scan.whole = at;
        } catch (const UsageError& wrong) {
            problem = wrong.what();
            problem_line = record.line;
        }
    }
    // A file whose first line is torn may be any file, so it is not cut off.
    if (!scan.is_empty && scan.whole == 0)
        throw UsageError(fmt::format("'{}' is no report of a batch: line 1: {}", name, problem));
    scan.torn = total - scan.whole;
    scan.done.seal();
    return scan;
}

}  // namespace netrunner
