#include "src/pages/report_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "src/pages/json_fields.hpp"
#include "src/pages/run_reader.hpp"
#include "src/report/report.hpp"
#include "src/values/errno_text.hpp"
#include "src/values/usage_error.hpp"
#include "src/values/utc_time.hpp"

namespace netrunner {
namespace {

using Json = JsonFields::Json;

constexpr std::size_t largest = 64U << 20U;  // of one object
constexpr std::uint64_t most_number = 1ULL << 53U;

std::optional<double> time_in(const JsonFields& fields, const char* name) {
    const auto time = parse_utc_time(fields.text(name));
    return time ? std::optional(std::chrono::duration<double>(time->time_since_epoch()).count()) : std::nullopt;
}

/// Takes the lines of a batch's report in their order.
class BatchLines {
  public:
    void take(const JsonFields& line) {
        const std::string type = line.text("type");
        if (type == "header") {
            take_header(line);
        } else if (type == "job") {
            take_job(line);
        } else if (type == "trailer") {
            take_trailer(line);
        } else {
            throw UsageError("it is no line of a batch's report");
        }
    }

    ShownBatch finish() {
        std::ranges::stable_sort(batch_.jobs, {}, &ShownJob::number);
        return std::move(batch_);
    }

  private:
    void take_header(const JsonFields& line) {
        const auto schema = line.number("schema");
        if (schema != report_schema)
            throw UsageError(fmt::format("its schema is not {}, which this version of netrunner reads", report_schema));
        ++segment_;
        batch_.argv = line.texts("argv");
        batch_.shard = line.text("shard");
        const auto started = time_in(line, "started_at");
        if (started) batch_.started_at = std::min(batch_.started_at.value_or(*started), *started);
        batch_.status = std::nullopt;
    }

    /// A batch that was resumed runs a job again only if it had failed: this is then its later end.
    void take_job(const JsonFields& line) {
        ShownJob job{.number = static_cast<std::uint64_t>(
                         line.whole("number", 1, static_cast<std::int64_t>(most_number)).value_or(0)),
                     .id = line.text("id"),
                     .values = line.texts("record"),
                     .run = read_run(line)};
        const std::string key = line.text("key");
        const auto before = failed_.find(key);
        std::size_t index = batch_.jobs.size();
        const bool is_again = before != failed_.end() && before->second.segment < segment_;
        if (is_again) {
            index = before->second.index;
            failed_.erase(before);
        } else {
            batch_.jobs.emplace_back();
        }
        if (job.has_failed() && !key.empty()) failed_.emplace(key, Failed{index, segment_});
        batch_.jobs[index] = std::move(job);
    }

    void take_trailer(const JsonFields& line) {
        batch_.ended_at = time_in(line, "ended_at");
        if (const auto status = line.whole("status", 0, 255)) batch_.status = static_cast<int>(*status);
        batch_.skipped = line.object("counts").number("skipped").value_or(0);
        batch_.not_started = line.object("counts").number("not_started");
    }

    struct Failed {
        std::size_t index;
        std::uint64_t segment;
    };
    ShownBatch batch_;
    std::multimap<std::string, Failed> failed_;  ///< by key; of equal keys, the first entry is of the earliest segment
    std::uint64_t segment_ = 0;                  ///< the headers before
};

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

/// The lines of a report. Holds one line, of at most 64 MiB, and one block.
class Lines {
  public:
    Lines(const RecordReader::Read& read, std::string name) : read_(read), name_(std::move(name)) {}

    /// The next line that is not blank; nothing at the end.
    const std::string* next() {
        while (!has_ended_) {
            line_.clear();
            ++number_;
            take_line();
            if (!is_blank(line_)) return &line_;
        }
        return nullptr;
    }
    [[nodiscard]] std::uint64_t number() const { return number_; }
    /// Whether the line that was read last has no newline.
    [[nodiscard]] bool is_unended() const { return has_ended_; }
    [[noreturn]] void refuse(const std::string& why) const {
        throw UsageError(fmt::format("'{}' is no report of netrunner: {}", name_, why));
    }

  private:
    void take_line() {
        while (true) {
            const std::string_view rest = std::string_view(block_).substr(at_);
            const std::size_t end = rest.find('\n');
            line_ += rest.substr(0, end);
            if (line_.size() > largest) refuse("it is larger than 64 MiB");
            at_ += std::min(end, rest.size());
            if (end != std::string_view::npos) {
                ++at_;
                return;
            }
            if (!take_block()) {
                has_ended_ = true;
                return;
            }
        }
    }
    bool take_block() {
        constexpr std::size_t block_size = 1U << 16U;
        block_.resize(block_size);
        at_ = 0;
        const IoResult got = read_(std::as_writable_bytes(std::span(block_)));
        block_.resize(got.status == IoResult::Status::moved ? got.bytes : 0);
        if (got.status == IoResult::Status::moved) return true;
        if (got.status == IoResult::Status::end) return false;
        const int error = got.status == IoResult::Status::failed ? got.error : EAGAIN;
        throw UsageError(fmt::format("cannot read the report '{}': {}", name_, errno_text(error)));
    }

    const RecordReader::Read& read_;
    std::string name_;
    std::string block_;
    std::size_t at_ = 0;  ///< of `block_`: the first byte that belongs to no line yet
    std::string line_;
    std::uint64_t number_ = 0;
    bool has_ended_ = false;
};

/// `first`: the object of the line that was read last.
ShownBatch read_batch(Json first, Lines& lines) {
    BatchLines batch;
    while (true) {
        try {
            batch.take(JsonFields(&first));
        } catch (const UsageError& wrong) {
            lines.refuse(fmt::format("line {}: {}", lines.number(), wrong.what()));
        }
        const std::string* const line = lines.next();
        if (line == nullptr) break;
        first = JsonFields::parse(*line);
        // Only the last line may be cut: the batch that wrote it was killed, or still writes it.
        if (!first.is_object() && lines.is_unended()) break;
        if (!first.is_object()) lines.refuse(fmt::format("line {}: it is no JSON object", lines.number()));
    }
    return batch.finish();
}

}  // namespace

ShownReport read_report(const RecordReader::Read& read, const std::string& name) {
    Lines lines(read, name);
    const std::string* line = lines.next();
    if (line == nullptr) lines.refuse("it is empty");
    std::string text = *line;
    Json object = JsonFields::parse(text);
    const std::string type = JsonFields(&object).text("type");
    if (type == "header" || type == "job") return {name, read_batch(std::move(object), lines)};
    while ((line = lines.next()) != nullptr) {
        if (text.size() + line->size() > largest) lines.refuse("it is larger than 64 MiB");
        text += '\n';
        text += *line;
        object = nullptr;
    }
    if (!object.is_object()) object = JsonFields::parse(text);
    if (!object.is_object()) lines.refuse("it is no JSON object, or only the beginning of one");
    try {
        return {name, read_run(JsonFields(&object))};
    } catch (const UsageError& wrong) {
        lines.refuse(wrong.what());
    }
}

}  // namespace netrunner
