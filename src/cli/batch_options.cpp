#include "src/cli/batch_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "src/cgroup/plan.hpp"
#include "src/cli/run_options.hpp"
#include "src/cli/value_syntax.hpp"
#include "src/values/kernel_text.hpp"
#include "src/values/quantity.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

constexpr const char* batch_usage =
    "Usage: netrunner batch [OPTIONS] [--] COMMAND [WORD...] [::: VALUE...]...\n"
    "       netrunner batch [OPTIONS] --shell TEXT [::: VALUE...]...\n"
    "       netrunner batch [OPTIONS] --jsonl | --shell-lines\n";

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
constexpr const char* no_requests = "requests are for one run: signals stop a batch";

struct Refusal {
    std::string_view name;
    const char* reason;
};
constexpr const char* no_terminal = "a job of a batch has no terminal";
constexpr const char* of_output = "say --output-mode, and -o for one log of all jobs";
/// Options of `run` that have no meaning for a job. Those that `batch` has itself are not here.
constexpr std::array<Refusal, 14> refusals{{
    {"--pty", no_terminal},
    {"--term", no_terminal},
    {"--winsize", no_terminal},
    {"--pty-stderr", no_terminal},
    {"--no-input", no_terminal},
    {"--report-fd", "say --report FILE"},
    {"--control", no_requests},
    {"--summary", "a batch always prints one"},
    {"--heartbeat", "say --progress, which prints a line a minute without a terminal"},
    {"--prefix", "say --tag=TEMPLATE"},
    {"--output-stamped", "the log of -o is always tagged"},
    {"--output-format", of_output},
    {"--junit-name", "a case has its job's name"},
    {"--pipe-size", "a batch divides the user's share of pipes among its jobs"},
}};

/// What a record cannot set, because it is an option of the whole batch.
constexpr std::array<std::string_view, 13> of_the_batch{
    "--events",  "--output",   "--append", "--timestamps", "--report",      "--junit",          "--quiet",
    "--verbose", "--progress", "--help",   "--version",    "--cgroup-base", "--die-with-parent"};

[[noreturn]] void refuse(const char* kind, std::string_view text, std::string_view allowed) {
    throw UsageError(fmt::format("invalid {} '{}': {}", kind, text, allowed));
}

/// A number from 1.
std::optional<std::uint64_t> count_in(std::string_view text) {
    const auto number = number_in(text);
    return number && *number > 0 ? number : std::nullopt;
}

std::uint64_t records_value(std::string_view text) {
    const auto number = count_in(text);
    if (!number) refuse("number of records", text, "it is a whole number from 1");
    return *number;
}

bool show_value(std::string_view text) {
    if (text != "all" && text != "failed") refuse("choice", text, "it is all or failed");
    return text == "failed";
}

class BatchTable {
  public:
    BatchTable(OptionTable& table, BatchOptions& options) : table_(table), o_(options) {
        table_.share_names();
        input();
        scheduling();
        output();
        reporting();
        for (const Refusal& refusal : refusals) table_.refused(refusal.name.data(), refusal.reason);
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

[[noreturn]] void refuse_pair(const char* one, const char* other, const char* why) {
    throw UsageError(fmt::format("{} and {}: {}", one, other, why));
}

/// The jobs have one source, and what makes no sense with that source is refused.
void check_sources(const BatchOptions& o) {
    const bool has_command = !o.job.command.empty();
    if (o.jsonl && o.shell_lines) refuse_pair("--jsonl", "--shell-lines", "a line can be one of them only");
    if (o.jsonl || o.shell_lines) {
        const char* const source = o.jsonl ? "--jsonl" : "--shell-lines";
        if (has_command)
            throw UsageError(
                fmt::format("{}: each record is a command, so '{}' cannot be run", source, o.job.command.front()));
        if (!o.lists.empty() && o.jsonl) refuse_pair(source, ":::", "the records are JSON objects");
        if (o.lists.size() > 1) refuse_pair(source, ":::", "each record is one text, so there can be one list only");
        if (o.shell) refuse_pair(source, "--shell", "each record is a command");
        if (o.records_in_job) refuse_pair(source, "-n", "each record is one job");
        if (o.literal) refuse_pair(source, "--literal", "nothing is replaced in the records");
        if (o.nul && o.jsonl) refuse_pair(source, "-0", "JSON lines end with a newline");
    } else if (o.shell && has_command) {
        throw UsageError(fmt::format("--shell: its text is the command, so '{}' cannot be run", o.job.command.front()));
    } else if (!o.shell && !has_command) {
        throw UsageError("no command given (see netrunner help batch)");
    }
    if (!o.lists.empty() && o.input_file) refuse_pair("-a", ":::", "the records come from one of them");
    if (!o.lists.empty() && o.nul) refuse_pair("-0", ":::", "the records are words of the command line");
}

/// Refuses what needs output that netrunner sees in a mode in which it sees none.
void check_output_mode(const BatchOptions& o) {
    using Mode = OutputModeChoice::Kind;
    const char* name = nullptr;
    const char* why = nullptr;
    switch (o.output_mode.kind) {
        case Mode::group:
        case Mode::ordered: return;
        case Mode::line:
            if (o.only_failed)
                refuse_pair("--output-mode line", "--show failed", "lines are passed on before their job has ended");
            return;
        case Mode::files:
            name = "--output-mode files";
            why = "the jobs write to the files themselves, so netrunner sees no output";
            break;
        case Mode::null:
            name = "--output-mode null";
            why = "the output of the jobs is discarded, so netrunner sees none";
            break;
        case Mode::inherit:
            name = "--output-mode inherit";
            why = "the jobs write to netrunner's own descriptors, so netrunner sees no output";
            if (o.progress) refuse_pair(name, "--progress", why);
            break;
    }
    if (o.only_failed) refuse_pair(name, "--show failed", why);
    if (o.output_file && o.output_mode.kind != Mode::inherit) return;  // for the log, the output goes through netrunner
    if (o.tag) refuse_pair(name, "--tag", why);
    if (o.timestamps != LineStamp::Clock::none) refuse_pair(name, "--timestamps", why);
    if (o.output_file) refuse_pair(name, "-o", why);
    if (o.job.max_output != unlimited) refuse_pair(name, "--max-output", why);
    if (o.job.idle_timeout != forever) refuse_pair(name, "--idle-timeout", why);
}

/// All jobs would write to a FILE that is named on the command line. A record of --jsonl may name its own.
void check_one_file(const Options& job) {
    for (const auto& [name, choice] :
         {std::pair{"--stdout", &job.standard_output}, {"--stderr", &job.standard_error}}) {
        if (choice->mode != StreamChoice::Mode::file || choice->path.starts_with("/dev/")) continue;
        throw UsageError(fmt::format("{} {}: all jobs would write to this file (say --output-mode files=TEMPLATE)",
                                     name, choice->path));
    }
}

/// A descriptor of the jobs' output, of their records or of netrunner's messages cannot carry events too.
void check_events(const BatchOptions& o) {
    using Mode = OutputModeChoice::Kind;
    if (!o.events || !o.events->descriptor) return;
    const int fd = *o.events->descriptor;
    const auto refuse_use = [fd](const char* why) {
        throw UsageError(
            fmt::format("--events {} cannot be used here: {} (open another descriptor, such as 3)", fd, why));
    };
    const bool has_output = o.output_mode.kind != Mode::null && o.output_mode.kind != Mode::files;
    if (fd == 0) refuse_use("descriptor 0 is for input");
    if (fd == 2) refuse_use("netrunner's own messages go there");
    if (fd == 1 && has_output) refuse_use("the output of the jobs goes there");
    if (fd == 1 && (o.output_file == "-" || o.junit == "-")) refuse_use("-o or --junit goes there");
}

void check_combination(const BatchOptions& o) {
    check_sources(o);
    check_events(o);
    if (o.report && o.resume)
        refuse_pair("--report", "--resume", "a resumed batch appends to the report that it reads");
    if (o.append && !o.output_file) throw UsageError("--append needs -o FILE");
    check_output_mode(o);
    check_one_file(o.job);
    check_job_options(o.job);
}

}  // namespace

std::string_view refusal_in_batch(std::string_view name) {
    const auto* const found = std::ranges::find(refusals, name, &Refusal::name);
    if (found != refusals.end()) return found->reason;
    return std::ranges::find(of_the_batch, name) != of_the_batch.end() ? "it is an option of the batch, not of a job"
                                                                       : "";
}

void check_job_options(const Options& job) {
    using Mode = StreamChoice::Mode;
    if (job.orphans == OrphanPolicy::leave)
        throw UsageError("--orphans leave: nothing of a job may be left when the batch has ended");
    if (job.standard_input && job.standard_input->mode != Mode::null && job.standard_input->mode != Mode::file)
        throw UsageError("--stdin: a job reads null or FILE, because the input of the batch is its records");
    for (const auto& [name, choice] :
         {std::pair{"--stdout", &job.standard_output}, {"--stderr", &job.standard_error}}) {
        if (choice->mode == Mode::inherit) throw UsageError(fmt::format("{} inherit: say --output-mode inherit", name));
        if (choice->mode == Mode::control) throw UsageError(fmt::format("{} control: {}", name, no_requests));
    }
}

JobsChoice jobs_value(std::string_view text) {
    if (text == "auto") return {};
    const bool is_percent = text.ends_with('%');
    const auto number = count_in(is_percent ? text.substr(0, text.size() - 1) : text);
    if (!number || *number > 1'000'000)
        refuse("number of jobs", text, "it is auto, a whole number from 1, or a percentage");
    return {.kind = is_percent ? JobsChoice::Kind::percent : JobsChoice::Kind::number, .value = *number};
}

HaltPolicy halt_value(std::string_view text) {
    using Kind = HaltPolicy::Kind;
    constexpr const char* allowed = "it is never, soon, soon=N, soon=N%, now or now=N";
    const std::size_t equals = text.find('=');
    const std::string_view word = text.substr(0, equals);
    HaltPolicy policy;
    if (word == "never" && equals == std::string_view::npos) return policy;
    if (word != "soon" && word != "now") refuse("halt policy", text, allowed);
    policy.kind = word == "soon" ? Kind::soon : Kind::now;
    if (equals == std::string_view::npos) return policy;
    std::string_view number = text.substr(equals + 1);
    policy.is_percent = policy.kind == Kind::soon && number.ends_with('%');
    if (policy.is_percent) number.remove_suffix(1);
    const auto failures = count_in(number);
    if (!failures || (policy.is_percent && *failures > 100)) refuse("halt policy", text, allowed);
    policy.failures = *failures;
    return policy;
}

ShardChoice shard_value(std::string_view text) {
    constexpr const char* allowed = "it is I/N, hash:I/N or auto, with I from 1 to N";
    if (text == "auto") return {.kind = ShardChoice::Kind::automatic};
    ShardChoice choice{.kind = ShardChoice::Kind::position};
    std::string_view numbers = text;
    if (numbers.starts_with("hash:")) {
        choice.kind = ShardChoice::Kind::hash;
        numbers.remove_prefix(5);
    }
    const std::size_t slash = numbers.find('/');
    if (slash == std::string_view::npos) refuse("shard", text, allowed);
    const auto index = count_in(numbers.substr(0, slash));
    const auto count = count_in(numbers.substr(slash + 1));
    if (!index || !count || *index > *count) refuse("shard", text, allowed);
    choice.index = *index;
    choice.count = *count;
    return choice;
}

OutputModeChoice output_mode_value(const std::string& text) {
    using Kind = OutputModeChoice::Kind;
    for (const auto& [name, kind] : {std::pair{"group", Kind::group},
                                     {"ordered", Kind::ordered},
                                     {"line", Kind::line},
                                     {"null", Kind::null},
                                     {"inherit", Kind::inherit}}) {
        if (text == name) return {.kind = kind};
    }
    constexpr std::string_view files = "files=";
    if (!text.starts_with(files) || text.size() == files.size())
        refuse("output mode", text, "it is group, ordered, line, files=TEMPLATE, null or inherit");
    return {.kind = Kind::files, .name = text.substr(files.size())};
}

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
