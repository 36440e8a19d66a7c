#include "src/cli/run_options.hpp"

#include <fmt/format.h>

#include <utility>

#include "src/cli/value_syntax.hpp"
#include "src/values/quantity.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

constexpr const char* run_usage = "Usage: netrunner run [OPTIONS] [--] COMMAND [ARG...]\n";

constexpr const char* run_notes = R"(
DURATION: a number with ms, s (default), m, h or d, or a sum such as 1h30m. As a
limit, 0 or infinity means none. SIZE: a number of bytes, or a number with K M G
T or KiB to TiB (powers of 1024) or KB to TB (powers of 1000); max means none.

Exit status: the command's own; if a signal kills the command, netrunner dies of
the same signal. 124: a limit stopped the command. 125: netrunner failed. 126:
the command cannot be executed. 127: the command was not found.

Examples:
  netrunner run -t 10m -- make test
  netrunner run --report r.json --summary -- ./build.sh
  netrunner run --stop INT,2s,TERM,5s,KILL -t 1h -- ./soak
)";

/// One line for each option of `run`: it tells the table the option's name, its help and the function that sets its
/// field.
class RunOptions {
  public:
    RunOptions(OptionTable& table, Options& options) : table_(table), options_(options) {
        streams();
        stopping();
        surroundings();
        control_group();
        reporting();
    }

  private:
    template <class Setter>
    void value(const char* group, const char* names, const char* kind, const char* text, Setter set) {
        table_.value(group, names, kind, text, set);
    }
    template <class Setter>
    void optional_value(const char* group, const char* name, const char* kind, const char* otherwise, const char* text,
                        Setter set) {
        table_.optional_value(group, name, kind, otherwise, text, set);
    }
    template <class Setter>
    void flag(const char* group, const char* names, const char* text, Setter set) {
        table_.flag(group, names, text, set);
    }

    /// For an option that is refused if it is given twice: one of the two files would not be written.
    template <class Value>
    static void set_once(std::optional<Value>& field, Value value) {
        if (field) throw UsageError(fmt::format("'{}' and '{}' are given, but only one can be written", *field, value));
        field = std::move(value);
    }

    static void set_endpoint(std::optional<Endpoint>& field, const std::string& text, Endpoint value) {
        if (field) throw UsageError(fmt::format("'{}' is a second one: give the option once", text));
        field = std::move(value);
    }

    void streams() {
        constexpr const char* group = "Streams and terminal";
        Options& o = options_;
        flag(group, "--pty", "run the command on a new pseudo-terminal", [&] { o.pty = true; });
        value(group, "--term", "NAME", "--pty: TERM there (yours, else xterm-256color)",
              [&](const std::string& v) { o.term = term_value(v); });
        value(group, "--pty-stderr", "MODE", "--pty: stderr goes to auto, terminal or pipe",
              [&](const std::string& v) { o.terminal_error = terminal_error_value(v); });
        value(group, "--no-input", "MODE", "--pty: if it waits for keys in vain: say or fail",
              [&](const std::string& v) { o.no_input = no_input_value(v); });
        value(group, "--winsize", "COLSxROWS", "--pty size (default: your terminal's, or 80x24)",
              [&](const std::string& v) { o.window = window_value(v); });
        value(group, "--stdin", "MODE", "inherit (default), null, pipe, pty, control, FILE",
              [&](const std::string& v) { o.standard_input = standard_input_value(v); });
        value(group, "--stdout", "MODE", "default auto; pipe, inherit, null, control, FILE",
              [&](const std::string& v) { o.standard_output = standard_output_value(v); });
        value(group, "--stderr", "MODE", "as --stdout, or stdout to merge it with stdout",
              [&](const std::string& v) { o.standard_error = standard_error_value(v); });
        value(group, "-o,--output", "FILE", "also write the relayed output to FILE (-: stdout)",
              [&](const std::string& v) { set_once(o.output_file, file_value(v)); });
        flag(group, "--append", "append to the --output FILE, do not replace it", [&] { o.append = true; });
        optional_value(group, "--timestamps", "MODE", "elapsed", "start lines with the time: elapsed, iso or delta",
                       [&](const std::string& v) { o.stamp.clock = timestamps_value(v); });
        value(group, "--prefix", "TEXT", "start each line with TEXT, after the time if any",
              [&](const std::string& v) { o.stamp.prefix = prefix_value(v); });
        flag(group, "--output-stamped", "write time and prefix to the --output FILE too",
             [&] { o.output_stamped = true; });
        value(group, "--output-format", "FORMAT", "raw (default) or plain: no escapes in --output",
              [&](const std::string& v) { o.output_plain = output_format_value(v); });
        value(group, "--max-output", "SIZE", "stop the command if it writes more than SIZE",
              [&](const std::string& v) { o.max_output = parse_size(v); });
        value(group, "--max-output-action", "ACTION", "then: stop (default), or drop the rest and go on",
              [&](const std::string& v) { o.output_action = output_action_value(v); });
        flag(group, "--close-fds", "close descriptors above 2 for the command", [&] { o.close_descriptors = true; });
        value(group, "--pipe-size", "SIZE", "capacity of the command's pipes (default: 256K)",
              [&](const std::string& v) { o.pipe_size = parse_size(v); });
    }

    void stopping() {
        constexpr const char* group = "Time and stopping";
        Options& o = options_;
        value(group, "-t,--timeout", "DURATION", "stop the command after DURATION",
              [&](const std::string& v) { o.timeout = parse_duration(v); });
        value(group, "--idle-timeout", "DURATION", "stop the command after DURATION without output",
              [&](const std::string& v) { o.idle_timeout = parse_duration(v); });
        value(group, "--cpu-time", "DURATION", "stop the tree when it has used this much CPU time",
              [&](const std::string& v) { o.cpu_time = parse_duration(v); });
        value(group, "--max-rss", "SIZE", "stop the tree if it uses more memory (watched)",
              [&](const std::string& v) { o.max_rss = rss_value(v); });
        value(group, "--max-processes", "N", "stop the tree if it has more processes (watched)",
              [&](const std::string& v) { o.max_processes = processes_value(v); });
        value(group, "--on-timeout", "COMMAND", "on a timeout, run this shell command first",
              [&](const std::string& v) { o.on_timeout = command_value(v); });
        value(group, "--on-stop", "COMMAND", "before a stop, run this shell command first",
              [&](const std::string& v) { o.on_stop = command_value(v); });
        value(group, "-s,--signal", "SIGNAL", "first signal of a stop (default: TERM)",
              [&](const std::string& v) { o.signal = signal_value(v); });
        value(group, "-k,--kill-after", "DURATION", "time until SIGKILL (default: 5s; 0: at once)",
              [&](const std::string& v) { o.kill_after = parse_duration(v); });
        value(group, "--stop", "SEQUENCE", "signals and waits, e.g. INT,2s,TERM,5s,KILL",
              [&](const std::string& v) { o.stop = stop_value(v); });
        value(group, "--retries", "N", "try again up to N times after a failure",
              [&](const std::string& v) { o.retries = retries_value(v); });
        value(group, "--retry-on", "LIST", "after which ends (default: failure)",
              [&](const std::string& v) { o.retry_on = retry_on_value(v); });
        value(group, "--retry-delay", "DURATION", "time between two attempts (default: 1s)",
              [&](const std::string& v) { o.retry_delay = retry_delay_value(v); });
        value(group, "--retry-timeout", "DURATION", "time for all attempts together",
              [&](const std::string& v) { o.retry_timeout = parse_duration(v); });
        flag(group, "-p,--preserve-status", "after a limit, use the command's status, not 124",
             [&] { o.preserve_status = true; });
        value(group, "--orphans", "POLICY", "processes left over: kill (default), wait, leave",
              [&](const std::string& v) { o.orphans = orphans_value(v); });
        value(group, "--spare", "NAME", "leave daemons of program NAME running",
              [&](const std::string& v) { o.spare.push_back(spare_value(v)); });
        flag(group, "--die-with-parent", "also stop when netrunner's parent process ends",
             [&] { o.die_with_parent = true; });
        flag(group, "--pid-namespace", "new PID namespace: no process can outlive the run",
             [&] { o.pid_namespace = true; });
    }

    void surroundings() {
        constexpr const char* group = "Surroundings";
        Options& o = options_;
        flag(group, "--keep-signals", "pass ignored and blocked signals on unchanged", [&] { o.keep_signals = true; });
        value(group, "-C,--chdir", "DIR", "run the command in DIR",
              [&](const std::string& v) { o.directory = file_value(v); });
        value(group, "-E,--setenv", "NAME[=VALUE]", "set a variable; NAME alone keeps it despite -i",
              [&](const std::string& v) { o.set.push_back(environment_value(v)); });
        value(group, "-u,--unset", "NAME", "remove a variable from the environment",
              [&](const std::string& v) { o.unset.push_back(variable_name_value(v)); });
        flag(group, "-i,--ignore-environment", "start with an empty environment (add with -E)",
             [&] { o.ignore_environment = true; });
        value(group, "-a,--argv0", "NAME", "pass NAME as the command's argv[0]",
              [&](const std::string& v) { o.argv0 = v; });
        value(group, "--uid", "USER", "run as USER (name or number) and its groups",
              [&](const std::string& v) { o.user = v; });
        value(group, "--gid", "GROUP", "run with GROUP (name or number) as primary group",
              [&](const std::string& v) { o.group = v; });
        value(group, "--groups", "LIST", "supplementary groups, separated by commas",
              [&](const std::string& v) { o.groups = groups_value(v); });
        value(group, "--umask", "MODE", "file mode creation mask in octal, e.g. 027",
              [&](const std::string& v) { o.umask = umask_value(v); });
        value(group, "--nice", "N", "nice value, -20 (highest priority) to 19",
              [&](const std::string& v) { o.nice = nice_value(v); });
        value(group, "--rlimit", "NAME=SOFT[:HARD]", "set a resource limit, e.g. nofile=1024 or core=0",
              [&](const std::string& v) { o.limits.push_back(limit_value(v)); });
        flag(group, "--no-new-privs", "let no program gain privileges (sudo, setuid)", [&] { o.no_new_privs = true; });
    }

    void control_group() {
        constexpr const char* group = "Control group (cgroup v2)";
        CgroupChoice& c = options_.cgroup;
        value(group, "--cgroup", "PATH", "run in control group PATH below --cgroup-base",
              [&](const std::string& v) { c.path = group_value(v); });
        value(group, "--cgroup-base", "BASE", "where PATH starts: root, self or a directory",
              [&](const std::string& v) { c.base = base_value(v); });
        const auto limit = [&](const char* option, const char* kind, const char* file, const char* text,
                               std::string (*to_value)(std::string_view)) {
            value(group, option, kind, text, [&c, option, file, to_value](const std::string& v) {
                c.settings.push_back({.file = file, .value = to_value(v), .option = option});
            });
        };
        limit("--memory-max", "SIZE", "memory.max", "memory limit; above it the kernel kills all", memory_value);
        limit("--memory-high", "SIZE", "memory.high", "memory threshold; above it the command is slowed", memory_value);
        limit("--swap-max", "SIZE", "memory.swap.max", "swap limit (default with --memory-max: 0)", memory_value);
        limit("--pids-max", "N", "pids.max", "limit on processes and threads at once", pids_value);
        limit("--cpu-max", "CPUS", "cpu.max", "CPU time limit in CPUs (1.5) or percent (150%)", cpu_value);
        limit("--cpu-weight", "N", "cpu.weight", "relative CPU share, 1 to 10000 (default: 100)", weight_value);
        limit("--cpuset", "CPUS", "cpuset.cpus", "CPUs to run on, e.g. 0-3,8", cpuset_value);
        limit("--io-max", "SPEC", "io.max", "disk limits, e.g. '8:0 wbps=10M riops=500'", io_value);
        value(group, "--cgroup-set", "FILE=VALUE", "write any other group file, e.g. memory.low=64M",
              [&](const std::string& v) { c.settings.push_back(setting_value(v)); });
    }

    void reporting() {
        constexpr const char* group = "Report";
        Options& o = options_;
        value(group, "--report", "FILE", "write the JSON report to FILE (- for stdout)",
              [&](const std::string& v) { set_once(o.report, file_value(v)); });
        value(group, "--report-fd", "N", "write the JSON report to the open descriptor N",
              [&](const std::string& v) { set_once(o.report_fd, descriptor_value(v)); });
        value(group, "--junit", "FILE", "write a JUnit XML file (- for stdout)",
              [&](const std::string& v) { set_once(o.junit, file_value(v)); });
        value(group, "--junit-name", "TEXT", "name of that test case (default: the command)",
              [&](const std::string& v) { o.junit_name = junit_name_value(v); });
        value(group, "--events", "N|FILE", "write events as JSON lines to open N or to FILE",
              [&](const std::string& v) { set_endpoint(o.events, v, events_value(v)); });
        value(group, "--control", "N|PATH", "take commands from descriptor N or at socket PATH",
              [&](const std::string& v) { set_endpoint(o.control, v, control_value(v)); });
        optional_value(group, "--sample", "INTERVAL", "1s", "record the use of the tree, for report and events",
                       [&](const std::string& v) { o.sample = sample_value(v); });
        flag(group, "--summary", "print a short summary on stderr at the end", [&] { o.summary = true; });
        value(group, "--heartbeat", "DURATION", "print a status line per DURATION without output",
              [&](const std::string& v) { o.heartbeat = parse_duration(v); });
        flag(group, "--progress", "show a live status line on the terminal", [&] { o.progress = true; });
        flag(group, "-q,--quiet", "do not print the verdict of a limit or a stop", [&] { o.quiet = true; });
        flag(group, "-v,--verbose", "print each step; -vv: also internal messages", [&] { ++o.verbose; });
    }

    OptionTable& table_;
    Options& options_;
};

std::vector<std::string> names_of_run_options() {
    Options unused;
    OptionTable all(run_command);
    declare_run_options(all, unused);
    return all.long_names();
}

}  // namespace

const OptionTable::Command run_command{"run", names_of_run_options};

void declare_run_options(OptionTable& table, Options& options) { RunOptions(table, options); }

std::string help_of_run() {
    Options unused;
    OptionTable all(run_command);
    declare_run_options(all, unused);
    return all.help(run_usage, run_notes);
}

std::variant<Options, AskedText> parse_run(std::span<const std::string> words) {
    Options options;
    OptionTable declared(run_command, words);
    declare_run_options(declared, options);
    const std::size_t length = declared.length_of_options(words);
    declared.parse(words.first(length));
    if (const auto text = declared.asked()) return *text;
    std::span<const std::string> command = words.subspan(length);
    declared.refuse_separate_value(words.first(length), command);
    if (!command.empty() && command.front() == "--") command = command.subspan(1);
    if (command.empty()) throw UsageError("no command given (see netrunner help run)");
    if (options.sample && !options.report && !options.report_fd && !options.events && !options.control) {
        throw UsageError("--sample needs --report, --report-fd, --events or --control: its figures go there");
    }
    options.command.assign(command.begin(), command.end());
    return options;
}

void set_run_options(Options& options, std::span<const GivenOption> given) {
    std::vector<std::string> words;
    for (const GivenOption& option : given) words.push_back(option.name);
    OptionTable declared(run_command, words);
    declare_run_options(declared, options);
    words.clear();
    for (const GivenOption& option : given) {
        if (!declared.knows(option.name)) declared.refuse_unknown(option.name);
        const bool has_values = !option.values.empty();
        const bool takes_value = declared.takes_value(option.name);
        if (has_values && !takes_value) throw UsageError(fmt::format("{} takes no value", option.name));
        if (!has_values && takes_value) throw UsageError(fmt::format("{} needs a value", option.name));
        if (!has_values && option.wanted) words.push_back(option.name);
        for (const std::string& value : option.values) words.push_back(fmt::format("{}={}", option.name, value));
    }
    declared.parse(words);
    if (declared.asked()) declared.refuse_unknown(*declared.asked() == AskedText::help ? "--help" : "--version");
}

}  // namespace netrunner
