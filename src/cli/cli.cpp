#include "src/cli/cli.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "src/cli/batch_parser.hpp"
#include "src/cli/check_names.hpp"
#include "src/cli/run_options.hpp"
#include "src/cli/value_syntax.hpp"
#include "src/values/nearest_word.hpp"
#include "src/values/usage_error.hpp"
#include "src/values/version.hpp"

namespace netrunner {
namespace {

constexpr const char* overview =
    R"(netrunner runs a command, or many at once, as if each had been run directly. It
keeps each command within limits, ends every process that the command leaves
behind, and reports how the run ended and why.

Usage: netrunner run [OPTIONS] [--] COMMAND [ARG...]
       netrunner batch [OPTIONS] [--] COMMAND [WORD...] [::: VALUE...]...
       netrunner report show|html|markdown|junit|trace|merge FILE...
       netrunner doctor [--json] [--require LIST]
       netrunner gc [--cgroup-base BASE] [PATH]
       netrunner ps [--json]
       netrunner ctl [--json] PID|PATH COMMAND [ARG]
       netrunner --help | --version | help [COMMAND]

Commands:
  run     run a command and end every process that it leaves behind
  batch   run a command for each line of the input, several at once
  report  show a report as text, as a page with charts or as a trace; join the
          reports of a batch's shards
  doctor  check which features work on this machine, and say why one does not
  gc      end processes and remove control groups that killed runs left behind
  ps      list the runs of netrunner on this machine
  ctl     ask a run that goes on, stop it, move its time limit
  help    show this text, or the help of a command: netrunner help run

'netrunner help run' lists the options of run; netrunner(1) explains them, and
netrunner-batch(1) those of batch.
)";

constexpr const char* doctor_help =
    R"(Usage: netrunner doctor [--json] [--require LIST]

Checks which features of netrunner work on this machine for this user: running
and ending commands, pseudo-terminals, control groups and their controllers,
PID namespaces. Prints one line for each feature, with what needs it. If a
feature does not work, the line says why and what may help.

  --json          print the result as one JSON object
  --require LIST  let only these checks decide the exit status, e.g. memory,pids
  -h, --help      show this help
  -V, --version   show the version of netrunner

Exit status: 0 everything (or everything in LIST) works, 1 a feature does not
work, 125 netrunner failed.
)";

constexpr const char* gc_help =
    R"(Usage: netrunner gc [--cgroup-base BASE] [PATH]

Cleans up after runs whose netrunner processes were all killed. Ends the
processes that such runs left in the control group PATH below BASE, or anywhere
below BASE if PATH is not given, and removes the groups of these runs. Groups
that a living run uses and groups that netrunner did not create are left alone.
Every run also does this for its own PATH.

  --cgroup-base BASE  where PATH starts: root, self or a directory, as for run
  -h, --help          show this help
  -V, --version       show the version of netrunner

Exit status: 0 nothing is left, 1 something could not be removed, 125
netrunner failed.
)";

constexpr const char* ps_help =
    R"(Usage: netrunner ps [--json]

Lists the runs of netrunner on this machine, those of this user or, as root, of
all users: also nested runs, which stand below the run around them, and runs
whose netrunner was killed while its helpers still end the tree.

  --json         print a JSON array with an object for each run
  -h, --help     show this help
  -V, --version  show the version of netrunner

ELAPSED   time since the start of netrunner, and --timeout
STATE     starting, running, stopped or lost; for a batch also the running jobs
PROCS     processes of the command
MEMORY    their resident sizes, added up
OUTPUT    time since the last output; - if no file shows it
GUARDED   whole, or which helper of netrunner is missing

Exit status: 0, or 125 if netrunner failed.
)";

std::string version_line() { return fmt::format("netrunner {}\n", version); }

bool asks_for_version(const std::string& word) { return word == "-V" || word == "--version"; }

constexpr std::array<std::string_view, 8> commands{"run", "batch", "report", "doctor", "gc", "ps", "ctl", "help"};

/// What a first word that is none of the commands probably means; empty if it resembles none.
std::string meant_command(const std::string& word) {
    if (word == "version") return "--version";
    return nearest_word(word, commands);
}

std::string help_for(std::span<const std::string> words) {
    if (words.empty() || words.front() == "help") return overview;
    if (words.front() == "doctor") return doctor_help;
    if (words.front() == "gc") return gc_help;
    if (words.front() == "ps") return ps_help;
    if (words.front() == "run") return help_of_run();
    if (words.front() == "batch") return help_of_batch();
    if (words.front() == "report") return help_of_report();
    if (words.front() == "ctl") return help_of_ctl();
    throw UsageError(
        fmt::format("no help for '{}': the commands are run, batch, report, doctor, gc, ps, ctl and help{}",
                    words.front(), suggestion(words.front(), commands)));
}

/// The value of `option`, if the word at `at` is that option; `at` is then moved to the value's word.
std::optional<std::string> value_of(std::string_view command, std::string_view option,
                                    std::span<const std::string> words, std::size_t& at) {
    const std::string_view word = words[at];
    if (word == option) {
        if (++at == words.size()) throw UsageError(fmt::format("{}: {} needs a value", command, option));
        return words[at];
    }
    if (word.starts_with(option) && word[option.size()] == '=') return std::string(word.substr(option.size() + 1));
    return std::nullopt;
}

Request parse_gc(std::span<const std::string> words) {
    CollectGarbage asked;
    bool has_path = false;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string& word = words[at];
        if (word == "-h" || word == "--help") return ShowText{gc_help};
        if (asks_for_version(word)) return ShowText{version_line()};
        if (auto base = value_of("gc", "--cgroup-base", words, at)) {
            asked.base = std::move(base);
        } else if (word.starts_with('-')) {
            throw UsageError(fmt::format("gc: unknown option '{}' (see netrunner help gc)", word));
        } else if (std::exchange(has_path, true)) {
            throw UsageError(fmt::format("gc: unexpected argument '{}': only one PATH can be given", word));
        } else {
            asked.path = word;
        }
    }
    check_cgroup_path(asked.base, asked.path);
    return asked;
}

Request parse_doctor(std::span<const std::string> words) {
    AskDoctor asked;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string& word = words[at];
        if (word == "-h" || word == "--help") return ShowText{doctor_help};
        if (asks_for_version(word)) return ShowText{version_line()};
        if (const auto list = value_of("doctor", "--require", words, at)) {
            std::ranges::move(required_checks(*list), std::back_inserter(asked.required));
        } else if (word == "--json") {
            asked.as_json = true;
        } else {
            throw UsageError(fmt::format("doctor: unknown option '{}' (see netrunner help doctor)", word));
        }
    }
    return asked;
}

Request parse_ps(std::span<const std::string> words) {
    ListRuns asked;
    for (const std::string& word : words) {
        if (word == "-h" || word == "--help") return ShowText{ps_help};
        if (asks_for_version(word)) return ShowText{version_line()};
        if (word != "--json") throw UsageError(fmt::format("ps: unknown option '{}' (see netrunner help ps)", word));
        asked.as_json = true;
    }
    return asked;
}

/// The command's own request, or the text that is asked for instead: its help or the version.
template <class... Own>
Request request_of(std::variant<Own...> parsed, std::string (*help)()) {
    return std::visit(
        [&]<class Parsed>(Parsed&& value) -> Request {
            if constexpr (std::is_same_v<std::remove_cvref_t<Parsed>, AskedText>) {
                return ShowText{value == AskedText::help ? help() : version_line()};
            } else {
                return std::forward<Parsed>(value);
            }
        },
        std::move(parsed));
}

}  // namespace

Request parse_command_line(std::span<char* const> given) {
    const std::vector<std::string> words(given.begin(), given.end());
    if (words.empty()) throw UsageError("no command given: say 'netrunner run -- COMMAND' (see netrunner --help)");
    const std::string& first = words.front();
    const auto rest = std::span(words).subspan(1);
    if (first == "run") return request_of(parse_run(rest), help_of_run);
    if (first == "batch") return request_of(parse_batch(rest), help_of_batch);
    if (first == "report") return request_of(parse_report(rest), help_of_report);
    if (first == "doctor") return parse_doctor(rest);
    if (first == "gc") return parse_gc(rest);
    if (first == "ps") return parse_ps(rest);
    if (first == "ctl") return request_of(parse_ctl(rest), help_of_ctl);
    if (first == "help") return ShowText{help_for(rest)};
    if (first == "--help" || first == "-h") return ShowText{overview};
    if (asks_for_version(first)) return ShowText{version_line()};
    if (first.starts_with('-'))
        throw UsageError(fmt::format("unknown option '{}': options come after 'run' or 'batch'", first));
    const std::string meant = meant_command(first);
    if (!meant.empty()) {
        throw UsageError(fmt::format(
            "unknown command '{0}': did you mean 'netrunner {1}'? (to run a program '{0}': netrunner run -- {0})",
            first, meant));
    }
    throw UsageError(fmt::format("unknown command '{}': say 'netrunner run -- {}'", first, first));
}

}  // namespace netrunner
