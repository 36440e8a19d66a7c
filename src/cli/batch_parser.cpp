#include "src/cli/batch_parser.hpp"

#include <fmt/format.h>

#include "src/cgroup/plan.hpp"
#include "src/cli/batch_checks.hpp"
#include "src/cli/run_options.hpp"
#include "src/cli/value_syntax.hpp"
#include "src/values/quantity.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

constexpr const char* batch_usage =
    "Usage: netrunner batch [OPTIONS] [--] COMMAND [WORD...] [::: VALUE...]...\n"
    "       netrunner batch [OPTIONS] --shell TEXT [::: VALUE...]...\n"
    "       netrunner batch [OPTIONS] --shell-lines [::: LINE...]\n"
    "       netrunner batch [OPTIONS] --jsonl\n";

constexpr const char* batch_notes = R"(
In the words of COMMAND: {} is the record, {.} the record without its extension,
{/} its base name, {//} its directory, {1} {2} its values with several :::, {#}
the job's number, {id} its id. Without any of these, the record is appended.

MODE of --output-mode: group, ordered (in the order of the input), line (whole
lines as they come), files=TEMPLATE (such as logs/{id}.{stream}), null, inherit.

Exit status: 0 all jobs succeeded, 1 some failed, 124 --batch-timeout, 125
netrunner failed or a job was lost. If a signal cancels the batch, netrunner
dies of it.

Examples:
  netrunner batch -- gzip ::: *.log
  find . -name '*.sh' -print0 | netrunner batch -0 -n 20 -- shellcheck
  netrunner batch --jsonl -a jobs.jsonl --report report.jsonl
)";

class BatchTable {
  public:
    BatchTable(OptionTable& table, BatchOptions& options) : table_(table), o_(options) {
        table_.share_names();
        input();
        scheduling();
        output();
        reporting();
        for (const RefusedOption& refusal : refused_options()) table_.refused(refusal.name.data(), refusal.reason);
        declare_run_options(table_, o_.job);
        // Values of these that a job cannot have are refused (check_job_options).
        table_.reword("--stdin", "input of each job: null (default) or FILE");
        table_.reword("--stdout", "output of each job: auto (default) or null");
        table_.reword("--orphans", "processes left over: kill (default) or wait");
    }

  private:
    using Text = const std::string&;

    void input() {
        constexpr const char* group = "Input";
        table_.value(group, "-a,--arg-file", "FILE", "read the records from FILE (default: stdin)",
                     [this](Text v) { o_.input_file = file_value(v); });
        table_.flag(group, "-0,--null", "records end with NUL, not with a newline", [this] { o_.nul = true; });
        table_.flag(group, "--jsonl", "each line is a JSON object that describes a job", [this] { o_.jsonl = true; });
        table_.flag(group, "--shell-lines", "each line is a command line for /bin/sh",
                    [this] { o_.shell_lines = true; });
        table_.value(group, "--shell", "TEXT", "run sh -c TEXT sh RECORD for each record",
                     [this](Text v) { o_.shell = command_value(v); });
        table_.flag(group, "--literal", "replace no placeholders; append the record", [this] { o_.literal = true; });
        table_.value(group, "-n,--max-args", "N", "pack up to N records into one job",
                     [this](Text v) { o_.records_in_job = records_value(v); });
    }

    void scheduling() {
        constexpr const char* group = "Scheduling";
        table_.value(group, "-j,--jobs", "N", "jobs at once: N, N% of auto, or auto (default)",
                     [this](Text v) { o_.jobs = jobs_value(v); });
        table_.value(group, "--halt", "POLICY", "never (default), soon[=N|N%] or now[=N]",
                     [this](Text v) { o_.halt = halt_value(v); });
        table_.value(group, "--batch-timeout", "DURATION", "stop all jobs after DURATION",
                     [this](Text v) { o_.batch_timeout = parse_duration(v); });
        table_.value(group, "--shard", "I/N", "run part I of N: I/N, hash:I/N or auto",
                     [this](Text v) { o_.shard = shard_value(v); });
        const auto limit = [&](const char* option, const char* kind, const char* file, const char* text,
                               std::string (*to_value)(std::string_view)) {
            table_.value(group, option, kind, text, [this, option, file, to_value](Text v) {
                o_.group_limits.push_back({.file = file, .value = to_value(v), .option = option});
            });
        };
        limit("--group-memory-max", "SIZE", "memory.max", "memory limit of all jobs together", memory_value);
        limit("--group-cpu-max", "CPUS", "cpu.max", "CPU time limit of all jobs together", cpu_value);
        limit("--group-pids-max", "N", "pids.max", "process limit of all jobs together", pids_value);
    }

    void output() {
        constexpr const char* group = "Output";
        table_.value(group, "--output-mode", "MODE", "where outputs go: see below (default: group)",
                     [this](Text v) { o_.output_mode = output_mode_value(v); });
        table_.value(group, "--spill-max", "SIZE", "most that waits in the spill file (default: 1G)",
                     [this](Text v) { o_.spill_max = parse_size(v); });
        table_.optional_value(group, "--tag", "TEMPLATE", "{id}\t", "start lines with TEMPLATE (default: {id}, tab)",
                              [this](Text v) { o_.tag = prefix_value(v); });
        table_.expect_value("--tag", [](Text next) { return next.find('{') != std::string::npos; });
        table_.optional_value(group, "--timestamps", "MODE", "elapsed",
                              "start lines with the time: elapsed, iso or delta",
                              [this](Text v) { o_.timestamps = timestamps_value(v); });
        table_.value(group, "--show", "WHICH", "output of all (default) or only failed jobs",
                     [this](Text v) { o_.only_failed = show_value(v); });
        table_.value(group, "-o,--output", "FILE", "also write all output, tagged, to FILE",
                     [this](Text v) { set_once(o_.output_file, v); });
        table_.flag(group, "--append", "append to the --output FILE, do not replace it", [this] { o_.append = true; });
    }

    void reporting() {
        constexpr const char* group = "Report";
        table_.value(group, "--report", "FILE", "write a report of JSON lines to FILE, a new file",
                     [this](Text v) { set_once(o_.report, v); });
        table_.value(group, "--resume", "FILE", "skip what succeeded in report FILE, append to it",
                     [this](Text v) { set_once(o_.resume, v); });
        table_.value(group, "--junit", "FILE", "write a JUnit XML file, one case for each job",
                     [this](Text v) { set_once(o_.junit, v); });
        table_.value(group, "--events", "N|FILE", "write events as JSON lines to open N or to FILE", [this](Text v) {
            if (o_.events) throw UsageError(fmt::format("'{}' is a second one: give the option once", v));
            o_.events = events_value(v);
        });
        table_.flag(group, "--progress", "show a live status line", [this] { o_.progress = true; });
        table_.flag(group, "-q,--quiet", "print only failures of netrunner", [this] { o_.quiet = true; });
        table_.flag(group, "-v,--verbose", "print each step", [this] { ++o_.verbose; });
    }

    /// For an option that is refused if it is given twice: one of the two files would not be written.
    static void set_once(std::optional<std::string>& field, Text value) {
        if (field) throw UsageError(fmt::format("'{}' and '{}' are given, but only one can be written", *field, value));
        field = file_value(value);
    }

    OptionTable& table_;
    BatchOptions& o_;
};

std::vector<std::string> names_of_batch_options();
const OptionTable::Command batch_command{"batch", names_of_batch_options};

std::vector<std::string> names_of_batch_options() {
    BatchOptions unused;
    OptionTable all(batch_command);
    const BatchTable table(all, unused);
    std::vector<std::string> names = all.long_names();
    return names;
}

}  // namespace

std::string help_of_batch() {
    BatchOptions unused;
    OptionTable all(batch_command);
    const BatchTable table(all, unused);
    return all.help(batch_usage, batch_notes);
}

std::variant<BatchOptions, AskedText> parse_batch(std::span<const std::string> words) {
    BatchOptions options;
    OptionTable declared(batch_command, words);
    const BatchTable table(declared, options);  // the setters refer to it
    const std::size_t length = declared.length_of_options(words);
    declared.parse(words.first(length));
    if (const auto text = declared.asked()) return *text;
    std::span<const std::string> rest = words.subspan(length);
    declared.refuse_separate_value(words.first(length), rest);
    if (!rest.empty() && rest.front() == "--") rest = rest.subspan(1);
    for (const std::string& word : rest) {
        refuse_foreign_list(word);
        if (word == ":::") {
            options.lists.emplace_back();
        } else {
            (options.lists.empty() ? options.job.command : options.lists.back()).push_back(word);
        }
    }
    check_combination(options);
    return options;
}

}  // namespace netrunner
