#include "src/live/event_lines.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "src/values/errno_name.hpp"
#include "src/values/signal_name.hpp"

namespace netrunner {
namespace {

/// What may follow a text in its line: the end of a list, numbers, the mark of a cut, braces and the newline.
constexpr std::size_t room_after_text = 128;
constexpr std::size_t longest_id = 1024;

/// How many bytes a text may have in a line that has `before` bytes so far.
std::size_t room_after(std::size_t before) {
    return EventLines::longest - room_after_text - std::min(before, EventLines::longest - room_after_text);
}

/// Adds as much of `bytes` as there is room for in the line. Returns whether that is all.
bool add_text(JsonObject& object, const char* name, std::string_view bytes, std::size_t room) {
    std::string text;
    const bool whole = append_json_string_within(text, bytes, room);
    object.add_json(name, text);
    return whole;
}

/// As many words as have `room`; the last one may be cut. Returns whether that is all.
bool add_words(JsonObject& object, const char* name, std::span<const std::string> words, std::size_t room) {
    constexpr std::size_t least = 8;  // a comma, quotes, and a character or its replacement
    std::string list = "[";
    bool whole = true;
    for (const std::string& word : words) {
        whole = whole && list.size() + least <= room;
        if (!whole) break;
        if (list.size() > 1) list += ',';
        whole = append_json_string_within(list, word, room - list.size());
    }
    object.add_json(name, list += ']');
    return whole;
}

/// `report` in one line. A newline in JSON is never part of a value, and neither are the blanks after it.
std::string in_one_line(std::string_view report) {
    std::string text;
    text.reserve(report.size());
    while (!report.empty()) {
        const std::size_t end = std::min(report.find('\n'), report.size());
        text += report.substr(0, end);
        report.remove_prefix(end);
        report.remove_prefix(std::min(report.find_first_not_of(" \n"), report.size()));
    }
    return text;
}

std::optional<std::string> name_of(int signal) {
    return signal == 0 ? std::nullopt : std::optional(signal_name(signal));
}

}  // namespace

EventLines::EventLines(pid_t run, TimePoint begun, const std::optional<JobMark>& job) : begun_(begun) {
    source_.add("run", run);
    if (!job) return;
    if (job->id) {
        id_cut_ = !add_text(source_, "id", *job->id, longest_id);
    } else {
        source_.add_json("id", "null");
    }
    source_.add("number", job->number);
}

JsonObject EventLines::event(const char* name, TimePoint now) const {
    JsonObject object;
    object.add("event", name).add_seconds("t", std::max(now, begun_) - begun_).add_all(source_);
    return object;
}

std::string EventLines::line(JsonObject event, bool cut) const {
    if (cut || id_cut_) event.add("cut", true);
    return event.text() + '\n';
}

std::string EventLines::start(TimePoint now, pid_t pid, std::span<const std::string> command,
                              std::optional<Duration> timeout) const {
    JsonObject object = event("start", now);
    object.add("schema", events_schema).add("pid", pid);
    const bool whole = add_words(object, "command", command, room_after(object.size()));
    object.add_seconds("timeout", timeout.value_or(forever));
    return line(std::move(object), !whole);
}

std::string EventLines::output(TimePoint now, std::optional<Size> standard_output,
                               std::optional<Size> standard_error) const {
    JsonObject object = event("output", now);
    object.add("stdout", standard_output).add("stderr", standard_error);
    return line(std::move(object));
}

std::string EventLines::sample(TimePoint now, const Sample& seen) const {
    JsonObject object = event("sample", now);
    object.add_json("cpu", seen.cpu ? json_seconds(*seen.cpu) : "null");
    object.add("memory", seen.memory).add("processes", seen.processes);
    object.add("read", seen.read).add("written", seen.written);
    object.add("stdout", seen.output).add("stderr", seen.error);
    object.add_json("busy", seen.busy ? json_decimal(*seen.busy) : "null");
    return line(std::move(object));
}

std::string EventLines::step(TimePoint now, StopCause cause, int signal) const {
    JsonObject object = event("step", now);
    object.add("cause", cause_name(cause)).add("signal", signal_name(signal));
    return line(std::move(object));
}

std::string EventLines::changed(TimePoint now, Duration timeout, const std::optional<LimitChange::Peer>& by) const {
    JsonObject object = event("changed", now);
    object.add_seconds("timeout", timeout);
    object.add_json("by", by ? JsonObject().add("uid", by->uid).add("pid", by->pid).text() : "null");
    return line(std::move(object));
}

std::string EventLines::dropped(TimePoint now, std::uint64_t count, TimePoint since) const {
    JsonObject object = event("dropped", now);
    object.add("count", count).add_seconds("since", std::max(since, begun_) - begun_);
    return line(std::move(object));
}

std::string EventLines::orphan(TimePoint now, const Orphan& orphan) const {
    const std::string& command = orphan.command.empty() ? orphan.name : orphan.command;
    JsonObject object = event("orphan", now);
    object.add("pid", orphan.pid);
    bool whole = true;
    if (command.empty()) {
        object.add_json("command", "null");
    } else {
        whole = add_text(object, "command", command, room_after(object.size()));
    }
    object.add("ended_by", name_of(orphan.ended_by));
    return line(std::move(object), !whole);
}

std::string EventLines::stopped(TimePoint now, int signal) const {
    JsonObject object = event("stopped", now);
    object.add("signal", signal_name(signal));
    return line(std::move(object));
}

std::string EventLines::continued(TimePoint now) const { return line(event("continued", now)); }

std::string EventLines::exit(TimePoint now, const End& end) const {
    const auto* exited = std::get_if<Exited>(&end);
    const auto* killed = std::get_if<Signaled>(&end);
    const auto* failed = std::get_if<NotStarted>(&end);
    JsonObject object = event("exit", now);
    object.add("exit_code", exited != nullptr ? std::optional(exited->code) : std::nullopt);
    object.add("signal", name_of(killed != nullptr ? killed->signal : 0));
    object.add("core_dumped", killed != nullptr && killed->core_dumped);
    if (failed == nullptr) return line(std::move(object.add_json("error", "null")));
    JsonObject error;
    error.add("stage", failed->stage);
    error.add("errno", failed->error == 0 ? std::nullopt : std::optional(errno_name(failed->error)));
    const bool whole = add_text(error, "message", failed->message, room_after(object.size() + error.size()));
    return line(std::move(object.add_json("error", error.text())), !whole);
}

std::string EventLines::end(TimePoint now, int status, std::string_view report) const {
    JsonObject object = event("end", now);
    object.add("status", status).add_json("report", report.empty() ? "null" : in_one_line(report));
    return line(std::move(object));
}

}  // namespace netrunner
