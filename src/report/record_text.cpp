#include "src/report/record_text.hpp"

#include <sys/wait.h>

#include <array>
#include <string_view>

#include "src/values/json_text.hpp"
#include "src/values/signal_name.hpp"

namespace netrunner {
namespace {

constexpr std::array<const char*, 9> columns{"t",       "cpu",    "memory", "processes", "read",
                                             "written", "stdout", "stderr", "busy"};
constexpr std::array<const char*, 3> pressure_columns{"cpu_pressure", "memory_pressure", "io_pressure"};

std::string or_null(const std::optional<std::uint64_t>& number) { return number ? std::to_string(*number) : "null"; }
std::string or_null(const std::optional<Duration>& time) { return time ? json_seconds(*time) : "null"; }
std::string or_null(const std::optional<double>& number) { return number ? json_decimal(*number) : "null"; }

/// A list whose elements are already JSON.
class List {
  public:
    explicit List(RecordLayout layout) : layout_(layout) {}
    void add(std::string_view element) {
        text_ += text_.empty() ? "[" : ",";
        if (layout_ == RecordLayout::lines) text_ += "\n    ";
        text_ += element;
    }
    [[nodiscard]] std::string text() const {
        if (text_.empty()) return "[]";
        return text_ + (layout_ == RecordLayout::lines ? "\n  ]" : "]");
    }

  private:
    RecordLayout layout_;
    std::string text_;
};

std::string row_text(const Sample& row, bool has_pressure) {
    std::string text = "[" + json_seconds(row.t);
    for (const std::string& cell : {or_null(row.cpu), or_null(row.memory), or_null(row.processes), or_null(row.read),
                                    or_null(row.written), or_null(row.output), or_null(row.error), or_null(row.busy)}) {
        text += ',' + cell;
    }
    for (std::size_t i = 0; has_pressure && i < pressure_columns.size(); ++i)
        text += ',' + (row.pressure ? json_seconds((*row.pressure)[i]) : "null");
    return text + ']';
}

std::string timeline_text(const RunRecord& record, RecordLayout layout) {
    List names(RecordLayout::one_line);
    for (const char* name : columns) names.add('"' + std::string(name) + '"');
    for (const char* name : pressure_columns) {
        if (record.has_pressure) names.add('"' + std::string(name) + '"');
    }
    List rows(layout);
    for (const Sample& row : record.rows) rows.add(row_text(row, record.has_pressure));
    return JsonObject()
        .add_seconds("interval", record.interval)
        .add("memory_source", record.memory_of_group ? "cgroup" : "resident-sum")
        .add("processors", record.processors)
        .add_json("columns", names.text())
        .add_json("rows", rows.text())
        .text();
}

std::string process_text(const ProcessRecord& process) {
    const bool exited = process.status && WIFEXITED(*process.status);
    const bool killed = process.status && WIFSIGNALED(*process.status);
    JsonObject text;
    text.add("pid", process.pid).add("parent", process.parent);
    text.add("command", process.command.empty() ? std::nullopt : std::optional(process.command));
    text.add_seconds("start", process.start)
        .add_json("end", or_null(process.end))
        .add_json("cpu", or_null(process.cpu));
    text.add("peak", process.peak);
    text.add("exit_code", exited ? std::optional(WEXITSTATUS(*process.status)) : std::nullopt);
    text.add("signal", killed ? std::optional(signal_name(WTERMSIG(*process.status))) : std::nullopt);
    return text.text();
}

std::string processes_text(const RunRecord& record, RecordLayout layout) {
    List list(layout);
    for (const ProcessRecord& each : record.processes) list.add(process_text(each));
    const ProcessTable::Others& others = record.others;
    const std::string rest =
        JsonObject().add("count", others.count).add_seconds("cpu", others.cpu).add("peak", others.peak).text();
    return JsonObject()
        .add_json("list", list.text())
        .add_json("others", others.count == 0 ? "null" : rest)
        .add_json("coverage", JsonObject().add_json("cpu", or_null(record.coverage)).text())
        .text();
}

}  // namespace

std::string with_record(std::string object, const std::optional<RunRecord>& record, RecordLayout layout) {
    const bool in_lines = layout == RecordLayout::lines;
    while (!object.empty() && object.back() != '}') object.pop_back();
    object.pop_back();
    while (!object.empty() && object.back() == '\n') object.pop_back();
    const auto add = [&](const char* name, const std::string& value) {
        object += in_lines ? ",\n  \"" : ",\"";
        object += name;
        object += in_lines ? "\": " : "\":";
        object += value;
    };
    add("timeline", record ? timeline_text(*record, layout) : "null");
    add("processes", record ? processes_text(*record, layout) : "null");
    return object + (in_lines ? "\n}" : "}");
}

}  // namespace netrunner
