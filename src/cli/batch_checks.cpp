#include "src/cli/batch_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

constexpr const char* no_requests = "requests are for one run: signals stop a batch";
constexpr const char* no_terminal = "a job of a batch has no terminal";
constexpr const char* of_output = "say --output-mode, and -o for one log of all jobs";
constexpr std::array<RefusedOption, 14> refusals{{
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

}  // namespace

std::span<const RefusedOption> refused_options() { return refusals; }

std::string_view refusal_in_batch(std::string_view name) {
    const auto* const found = std::ranges::find(refusals, name, &RefusedOption::name);
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

void refuse_foreign_list(std::string_view word) {
    if (word == "::::")
        throw UsageError("'::::' is not known here: say -a FILE to read the records from FILE, or ::: VALUE...");
    if (word == ":::+" || word == "::::+")
        throw UsageError(
            fmt::format("'{}' is not known here: several ::: give every combination of their values (say "
                        "-n 2 for pairs of records)",
                        word));
}

void check_combination(const BatchOptions& o) {
    check_sources(o);
    check_events(o);
    if (o.report && o.resume)
        refuse_pair("--report", "--resume", "a resumed batch appends to the report that it reads");
    if (o.append && !o.output_file) throw UsageError("--append needs -o FILE");
    if (o.job.sample && !o.report && !o.resume && !o.events)
        throw UsageError("--sample needs --report, --resume or --events: its figures go there");
    check_output_mode(o);
    check_one_file(o.job);
    check_job_options(o.job);
}

}  // namespace netrunner
