#include "src/cli/run_options.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "src/cli/value_syntax.hpp"
#include "src/values/nearest_word.hpp"
#include "src/values/quantity.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

constexpr const char* run_usage = "Usage: netrunner run [OPTIONS] [--] COMMAND [ARG...]\n";

constexpr const char* run_notes = R"(
DURATION: a number with ms, s (default), m, h or d, also 1h30m; 0 or infinity
for none. SIZE: bytes, or with K M G T or KiB to TiB (1024), KB to TB (1000).

Exit status: the command's own, or the signal it died of; 124 a limit stopped
it; 125 netrunner failed; 126 cannot be executed; 127 not found.

Examples:
  netrunner run -t 10m -- make test
  netrunner run --report r.json --summary -- ./build.sh
  netrunner run --stop INT,2s,TERM,5s,KILL -t 1h -- ./soak
)";

/// Declares options of `run` to CLI11, each with what it sets: those that some of `words` may mean, or all. A
/// declaration takes 20,000 instructions, of which there are 50, and most runs use two or three (docs/decisions/0025).
class RunOptions {
  public:
    using Words = std::span<const std::string>;

    explicit RunOptions(Options& options, std::optional<Words> words = std::nullopt)
        : options_(options), words_(words) {
        if (may_be_meant("-h,--help")) app();
        streams();
        stopping();
        surroundings();
        control_group();
        reporting();
    }

    /// `words` up to the command. Throws UsageError.
    void parse(std::span<const std::string> words) {
        std::vector<std::string> tokens = normalise(words);
        if (tokens.empty()) return;
        std::ranges::reverse(tokens);  // what CLI11 asks for
        try {
            app().parse(tokens);
        } catch (const CLI::CallForHelp&) {
            help_asked_ = true;
        } catch (const CLI::ParseError& wrong) {
            throw UsageError(wrong.what());
        }
    }

    /// How many of `words` are options and their values; `--`, if there, not counted.
    [[nodiscard]] std::size_t length_of_options(std::span<const std::string> words) const {
        std::size_t at = 0;
        while (at < words.size() && words[at].size() > 1 && words[at].front() == '-' && words[at] != "--") {
            at += takes_next_word(words[at]) ? 2 : 1;
        }
        return std::min(at, words.size());
    }

    [[nodiscard]] bool help_asked() const { return help_asked_; }

    /// Of the options that are declared.
    [[nodiscard]] std::string help() {
        CLI::Formatter formatter;
        formatter.column_width(31);
        std::string groups = formatter.make_groups(&app(), CLI::AppFormatMode::Normal);
        for (std::size_t at = 0; (at = groups.find("\n\n\n", at)) != std::string::npos;) groups.erase(at, 1);
        // CLI11 puts a blank before every text of an option's.
        for (std::size_t at = 0; (at = groups.find(" [=", at)) != std::string::npos;) {
            groups.insert(groups.find(']', at) + 1, 1, ' ');
            groups.erase(at, 1);
        }
        return run_usage + groups + run_notes;
    }

  private:
    CLI::App& app() {
        if (!app_) app_.emplace("", "netrunner run").set_help_flag("-h,--help", "show this help");
        return *app_;
    }

    /// Whether one of the words, as far as they may be options, is one of `names` ("-t,--timeout") or has it among its
    /// letters.
    [[nodiscard]] bool may_be_meant(std::string_view names) const {
        if (!words_) return true;
        const char letter = names[1] == '-' ? '\0' : names[1];
        const std::string_view long_name = names.substr(names.rfind(',') + 1);
        bool after_option = false;
        for (const std::string_view word : *words_) {
            if (word == "--" && !after_option) return false;  // after one it may be its value
            after_option = word.starts_with('-');
            if (!after_option) continue;
            if (word.starts_with("--") ? word.substr(0, word.find('=')) == long_name
                                       : letter != '\0' && word.find(letter) != std::string_view::npos) {
                return true;
            }
        }
        return false;
    }

    /// `set` takes the value as a string.
    template <class Setter>
    void value(const char* group, const char* names, const char* kind, const char* text, Setter set) {
        if (!may_be_meant(names)) return;
        app()
            .add_option_function<std::string>(
                names,
                [set, names](const std::string& given) {
                    try {
                        set(given);
                    } catch (const std::runtime_error& wrong) {
                        complain(names, wrong.what());
                    } catch (const InvalidQuantity& wrong) {
                        complain(names, wrong.what());
                    }
                },
                text)
            ->type_name(kind)
            ->group(group)
            ->take_last()
            ->trigger_on_parse()
            ->allow_extra_args(false);
    }
    /// One that may go without a value: what it has then. A value is only taken after an equals sign.
    template <class Setter>
    void optional_value(const char* group, const char* name, const char* kind, const char* otherwise, const char* text,
                        Setter set) {
        if (!may_be_meant(name)) return;
        value(group, name, kind, text, set);
        app().get_option(name)->option_text(fmt::format("[={}]", kind));
        values_if_none_[name] = otherwise;
    }
    template <class Setter>
    void flag(const char* group, const char* names, const char* text, Setter set) {
        if (may_be_meant(names)) app().add_flag_callback(names, set, text)->group(group)->trigger_on_parse();
    }

    [[noreturn]] static void complain(std::string_view names, const std::string& what) {
        throw UsageError(fmt::format("{}: {}", names.substr(names.rfind(',') + 1), what));
    }

    void streams() {
        constexpr const char* group = "Streams and terminal";
        Options& o = options_;
        flag(group, "--pty", "run on a new pseudo-terminal", [&] { o.pty = true; });
        value(group, "--winsize", "COLSxROWS", "its size (the user's terminal, else 80x24)",
              [&](const std::string& v) { o.window = window_value(v); });
        value(group, "--stdin", "MODE", "inherit (default), null, pipe, pty, or a file",
              [&](const std::string& v) { o.standard_input = standard_input_value(v); });
        value(group, "--stdout", "MODE", "pipe (default), inherit, null, or a file",
              [&](const std::string& v) { o.standard_output = standard_output_value(v); });
        value(group, "--stderr", "MODE", "pipe (default), inherit, null, stdout, or a file",
              [&](const std::string& v) { o.standard_error = standard_error_value(v); });
        value(group, "-o,--output", "FILE", "also write all that is relayed to FILE",
              [&](const std::string& v) { o.output_file = file_value(v); });
        flag(group, "--append", "append to that FILE", [&] { o.append = true; });
        optional_value(group, "--timestamps", "MODE", "elapsed", "time before each line: elapsed, iso or delta",
                       [&](const std::string& v) { o.stamp.clock = timestamps_value(v); });
        value(group, "--prefix", "TEXT", "this text before each line, after the time",
              [&](const std::string& v) { o.stamp.prefix = prefix_value(v); });
        flag(group, "--output-stamped", "both of these in the FILE of --output, too", [&] { o.output_stamped = true; });
        value(group, "--max-output", "SIZE", "stop the command once it has written more",
              [&](const std::string& v) { o.max_output = parse_size(v); });
        value(group, "--pipe-size", "SIZE", "capacity of the command's pipes (256K)",
              [&](const std::string& v) { o.pipe_size = parse_size(v); });
    }

    void stopping() {
        constexpr const char* group = "Time and stopping";
        Options& o = options_;
        value(group, "-t,--timeout", "DURATION", "stop the command after this long",
              [&](const std::string& v) { o.timeout = parse_duration(v); });
        value(group, "--idle-timeout", "DURATION", "stop it after this long without output",
              [&](const std::string& v) { o.idle_timeout = parse_duration(v); });
        value(group, "--on-timeout", "COMMAND", "run this first when a time limit is hit",
              [&](const std::string& v) { o.on_timeout = command_value(v); });
        value(group, "-s,--signal", "SIGNAL", "first signal of every stop (TERM)",
              [&](const std::string& v) { o.signal = signal_value(v); });
        value(group, "-k,--kill-after", "DURATION", "grace before SIGKILL (5s); 0: none",
              [&](const std::string& v) { o.kill_after = parse_duration(v); });
        value(group, "--stop", "SEQUENCE", "the whole ladder, e.g. INT,2s,TERM,5s,KILL",
              [&](const std::string& v) { o.stop = stop_value(v); });
        flag(group, "-p,--preserve-status", "after a limit, keep the command's own status",
             [&] { o.preserve_status = true; });
        value(group, "--orphans", "POLICY", "kill (default), wait or leave what outlives it",
              [&](const std::string& v) { o.orphans = orphans_value(v); });
        flag(group, "--die-with-parent", "stop too when who started netrunner dies", [&] { o.die_with_parent = true; });
        flag(group, "--pid-namespace", "pids of its own: nothing can outlive all of us",
             [&] { o.pid_namespace = true; });
    }

    void surroundings() {
        constexpr const char* group = "Surroundings";
        Options& o = options_;
        flag(group, "--keep-signals", "leave signal dispositions and mask as found", [&] { o.keep_signals = true; });
        value(group, "-C,--chdir", "DIR", "run in this directory",
              [&](const std::string& v) { o.directory = file_value(v); });
        value(group, "-E,--setenv", "NAME[=VALUE]", "set a variable, or keep it with -i",
              [&](const std::string& v) { o.set.push_back(environment_value(v)); });
        value(group, "-u,--unset", "NAME", "remove a variable",
              [&](const std::string& v) { o.unset.push_back(variable_name_value(v)); });
        flag(group, "-i,--ignore-environment", "start with an empty environment", [&] { o.ignore_environment = true; });
        value(group, "-a,--argv0", "NAME", "pass NAME as the command's argv[0]",
              [&](const std::string& v) { o.argv0 = v; });
        value(group, "--uid", "USER", "run as this user, with its groups", [&](const std::string& v) { o.user = v; });
        value(group, "--gid", "GROUP", "run as this group", [&](const std::string& v) { o.group = v; });
        value(group, "--groups", "LIST", "supplementary groups, comma-separated",
              [&](const std::string& v) { o.groups = groups_value(v); });
        value(group, "--umask", "MODE", "file mode creation mask, octal",
              [&](const std::string& v) { o.umask = umask_value(v); });
        value(group, "--nice", "N", "nice value, -20 to 19", [&](const std::string& v) { o.nice = nice_value(v); });
        value(group, "--rlimit", "NAME=SOFT[:HARD]", "resource limit, e.g. nofile=1024",
              [&](const std::string& v) { o.limits.push_back(limit_value(v)); });
        flag(group, "--no-new-privs", "no privileges through exec (setuid files)", [&] { o.no_new_privs = true; });
    }

    void control_group() {
        constexpr const char* group = "Control group (cgroup v2)";
        CgroupChoice& c = options_.cgroup;
        value(group, "--cgroup", "PATH", "run in this group, below the base",
              [&](const std::string& v) { c.path = group_value(v); });
        value(group, "--cgroup-base", "BASE", "root, self, or a directory",
              [&](const std::string& v) { c.base = base_value(v); });
        const auto limit = [&](const char* option, const char* kind, const char* file, const char* text,
                               std::string (*to_value)(std::string_view)) {
            value(group, option, kind, text, [&c, option, file, to_value](const std::string& v) {
                c.settings.push_back({.file = file, .value = to_value(v), .option = option});
            });
        };
        limit("--memory-max", "SIZE", "memory.max", "memory; beyond it the kernel kills", memory_value);
        limit("--memory-high", "SIZE", "memory.high", "memory; beyond it the command is slowed", memory_value);
        limit("--swap-max", "SIZE", "memory.swap.max", "swap (0 with --memory-max)", memory_value);
        limit("--pids-max", "N", "pids.max", "processes and threads", pids_value);
        limit("--cpu-max", "CPUS", "cpu.max", "processor time: 1.5, or 150%", cpu_value);
        limit("--cpu-weight", "N", "cpu.weight", "share among others, 1 to 10000 (100)", weight_value);
        limit("--cpuset", "CPUS", "cpuset.cpus", "the processors to run on, e.g. 0-3,8", cpuset_value);
        limit("--io-max", "SPEC", "io.max", "e.g. '8:0 wbps=10M riops=500'", io_value);
        value(group, "--cgroup-set", "FILE=VALUE", "any other setting of the group",
              [&](const std::string& v) { c.settings.push_back(setting_value(v)); });
    }

    void reporting() {
        constexpr const char* group = "Report";
        Options& o = options_;
        value(group, "--report", "FILE", "write the JSON report; - is stdout, at the end",
              [&](const std::string& v) { o.report = file_value(v); });
        value(group, "--report-fd", "N", "write it to an open descriptor",
              [&](const std::string& v) { o.report_fd = descriptor_value(v); });
        value(group, "--junit", "FILE", "write the run as a JUnit file of one case",
              [&](const std::string& v) { o.junit = file_value(v); });
        flag(group, "--summary", "a few lines on stderr at the end", [&] { o.summary = true; });
        value(group, "--heartbeat", "DURATION", "a line after each such time without output",
              [&](const std::string& v) { o.heartbeat = parse_duration(v); });
        flag(group, "--progress", "a live line on the terminal while it runs", [&] { o.progress = true; });
        flag(group, "-q,--quiet", "no verdict line", [&] { o.quiet = true; });
        flag(group, "-v,--verbose", "a line a step; twice: the link's messages too", [&] { ++o.verbose; });
    }

    [[nodiscard]] const CLI::Option* find(const std::string& name) const {
        return app_ ? app_->get_option_no_throw(name) : nullptr;
    }

    static bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

    [[noreturn]] static void refuse_unknown(const std::string& name) {
        Options unused;
        RunOptions all(unused);
        std::vector<std::string> names;
        for (const CLI::Option* option : std::as_const(all.app()).get_options()) {
            for (const std::string& known : option->get_lnames()) names.push_back("--" + known);
        }
        const std::string nearest = nearest_word(name, std::vector<std::string_view>(names.begin(), names.end()));
        throw UsageError(nearest.empty() ? fmt::format("unknown option '{}' (see netrunner help run)", name)
                                         : fmt::format("unknown option '{}': did you mean '{}'?", name, nearest));
    }

    /// Whether the option word `word` is completed by the word after it. Throws for an unknown option.
    [[nodiscard]] bool takes_next_word(const std::string& word) const {
        if (word.starts_with("--")) {
            const std::size_t equals = word.find('=');
            const CLI::Option* option = find(word.substr(0, equals));
            if (option == nullptr) refuse_unknown(word.substr(0, equals));
            return equals == std::string::npos && takes_value(*option) && !values_if_none_.contains(word);
        }
        for (std::size_t i = 1; i < word.size(); ++i) {
            const std::string name{'-', word[i]};
            const CLI::Option* option = find(name);
            if (option == nullptr) refuse_unknown(name);
            if (takes_value(*option)) return i + 1 == word.size();
        }
        return false;
    }

    /// One token an option and one a value, so that a value is a value whatever it looks like: CLI11 by itself takes
    /// `--name=` for "the value is the next word".
    [[nodiscard]] std::vector<std::string> normalise(std::span<const std::string> words) const {
        std::vector<std::string> tokens;
        for (std::size_t at = 0; at < words.size(); ++at) {
            const std::string& word = words[at];
            const bool next = takes_next_word(word);
            if (word.starts_with("--")) {
                const std::size_t equals = word.find('=');
                tokens.push_back(word.substr(0, equals));
                if (equals != std::string::npos) {
                    if (!takes_value(*find(tokens.back())))
                        throw UsageError(fmt::format("{} takes no value", tokens.back()));
                    tokens.push_back(word.substr(equals + 1));
                } else if (const auto found = values_if_none_.find(word); found != values_if_none_.end()) {
                    tokens.push_back(found->second);
                }
            } else {
                split_cluster(word, tokens);
            }
            if (!next) continue;
            if (++at == words.size()) throw UsageError(fmt::format("{} needs a value", tokens.back()));
            tokens.push_back(words[at]);
        }
        return tokens;
    }

    /// -qt5 is -q -t 5.
    void split_cluster(const std::string& word, std::vector<std::string>& tokens) const {
        for (std::size_t i = 1; i < word.size(); ++i) {
            tokens.push_back({'-', word[i]});
            if (!takes_value(*find(tokens.back()))) continue;
            if (i + 1 < word.size()) tokens.push_back(word.substr(i + 1));
            return;
        }
    }

    Options& options_;
    std::optional<Words> words_;
    std::optional<CLI::App> app_;
    std::map<std::string, std::string> values_if_none_;
    bool help_asked_ = false;
};

}  // namespace

std::string help_of_run() {
    Options unused;
    return RunOptions(unused).help();
}

std::optional<Options> parse_run(std::span<const std::string> words) {
    Options options;
    RunOptions declared(options, words);
    const std::size_t length = declared.length_of_options(words);
    declared.parse(words.first(length));
    if (declared.help_asked()) return std::nullopt;
    std::span<const std::string> command = words.subspan(length);
    if (!command.empty() && command.front() == "--") command = command.subspan(1);
    if (command.empty()) throw UsageError("no command given (see netrunner help run)");
    options.command.assign(command.begin(), command.end());
    return options;
}

}  // namespace netrunner
