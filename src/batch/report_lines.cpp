#include "src/batch/report_lines.hpp"

#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "src/batch/shard.hpp"
#include "src/report/report.hpp"
#include "src/values/usage_error.hpp"
#include "src/values/utc_time.hpp"
#include "src/values/version.hpp"

namespace netrunner {
namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Json& object) { return object.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n'; }

[[noreturn]] void refuse(std::string_view why) { throw UsageError(std::string(why)); }

/// The member `key` as a number; refused if it is none.
std::uint64_t number_in(const Json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_unsigned()) refuse(fmt::format("'{}' is no number", key));
    return found->get<std::uint64_t>();
}

/// The member `key` as a text; nothing if it is null or missing.
std::optional<std::string> text_in(const Json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return std::nullopt;
    if (!found->is_string()) refuse(fmt::format("'{}' is no string", key));
    return found->get<std::string>();
}

/// The member `key` as a number; nothing if it is null.
std::optional<std::uint64_t> number_or_null_in(const Json& object, const char* key) {
    const auto found = object.find(key);
    if (found != object.end() && found->is_null()) return std::nullopt;
    return number_in(object, key);
}

int status_in(const Json& object) {
    const std::uint64_t status = number_in(object, "status");
    if (status > 255) refuse("'status' is above 255");
    return static_cast<int>(status);
}

std::string joined_words(const Json& object, const char* key) {
    std::string text;
    const auto found = object.find(key);
    if (found == object.end() || !found->is_array()) return text;
    for (const Json& word : *found) {
        if (!word.is_string()) continue;
        if (!text.empty()) text += ' ';
        text += word.get_ref<const std::string&>();
    }
    return text;
}

/// A time as `utc_time` writes it, in seconds; the beginning of 1970 if it is none.
std::chrono::system_clock::time_point time_in(const Json& object, const char* key) {
    std::tm parts{};
    const std::string text = text_in(object, key).value_or("");
    if (::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return {};
    return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

ReportHeader header_in(const Json& object) {
    const std::uint64_t schema = number_in(object, "schema");
    if (schema != static_cast<std::uint64_t>(report_schema))
        refuse(fmt::format("its schema is {}, and this version of netrunner reads {}", schema, report_schema));
    ReportHeader header;
    header.started_at = time_in(object, "started_at");
    header.input_digest = text_in(object, "input_digest");
    const auto jobs = object.find("jobs");
    if (jobs != object.end() && jobs->is_number_unsigned()) header.jobs = jobs->get<std::uint64_t>();
    if (const auto shard = text_in(object, "shard")) header.shard = shard_value(*shard);
    const auto resumed = object.find("resumed");
    header.resumed = resumed != object.end() && resumed->is_boolean() && resumed->get<bool>();
    return header;
}

ReportedJob job_in(const Json& object) {
    const auto text = text_in(object, "key");
    const auto key = text ? key_in(*text) : std::nullopt;
    if (!key) refuse("'key' is no key");
    ReportedJob job{.number = number_in(object, "number"),
                    .key = *key,
                    .name = text_in(object, "id").value_or(""),
                    .status = status_in(object),
                    .reason = text_in(object, "reason").value_or(""),
                    .message = text_in(object, "message").value_or("")};
    if (job.name.empty()) job.name = joined_words(object, "command");
    if (job.name.empty()) job.name = joined_words(object, "record");
    const auto time = object.find("time");
    if (time != object.end() && time->is_object()) {
        const auto wall = time->find("wall");
        if (wall != time->end() && wall->is_number()) job.wall = wall->get<double>();
    }
    return job;
}

ReportTrailer trailer_in(const Json& object) {
    const auto counts = object.find("counts");
    if (counts == object.end() || !counts->is_object()) refuse("'counts' is no object");
    return {.counts = {.succeeded = number_in(*counts, "succeeded"),
                       .failed = number_in(*counts, "failed"),
                       .skipped = number_in(*counts, "skipped"),
                       .not_started = number_or_null_in(*counts, "not_started")},
            .status = status_in(object)};
}

}  // namespace

std::string render_header(const ReportHeader& header) {
    const std::string shard = shard_text(header.shard);
    Json object;
    object["type"] = "header";
    object["schema"] = report_schema;
    object["version"] = version;
    object["argv"] = header.argv;
    object["started_at"] = utc_time(header.started_at);
    object["input_digest"] = header.input_digest ? Json(*header.input_digest) : Json(nullptr);
    object["jobs"] = header.jobs ? Json(*header.jobs) : Json(nullptr);
    object["shard"] = shard.empty() ? Json(nullptr) : Json(shard);
    object["resumed"] = header.resumed;
    return line_of(object);
}

std::string render_trailer(const ReportTrailer& trailer) {
    Json object;
    object["type"] = "trailer";
    object["ended_at"] = utc_time(trailer.ended_at);
    object["counts"] = {
        {"succeeded", trailer.counts.succeeded},
        {"failed", trailer.counts.failed},
        {"skipped", trailer.counts.skipped},
        {"not_started", trailer.counts.not_started ? Json(*trailer.counts.not_started) : Json(nullptr)}};
    object["events"] = nullptr;
    if (trailer.events) object["events"] = {{"written", trailer.events->written}, {"dropped", trailer.events->dropped}};
    object["status"] = trailer.status;
    return line_of(object);
}

ReportLine parse_report_line(std::string_view text) {
    const Json object = Json::parse(text, nullptr, false);
    if (object.is_discarded() || !object.is_object()) refuse("it is no JSON object");
    const std::string type = text_in(object, "type").value_or("");
    if (type == "header") return header_in(object);
    if (type == "job") return job_in(object);
    if (type == "trailer") return trailer_in(object);
    refuse("it is no line of a batch's report");
}

}  // namespace netrunner
