// The completions as a user sees them: a line is typed into a real terminal, Tab is pressed, and the screen is read.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <vector>

#include "terminal_shell.hpp"
#include "tmux.hpp"

using namespace support;

namespace {

struct Typed {
    std::string line;
    std::string completed;  // a regex for what follows the prompt
};

const std::vector<Typed>& lines_and_ends() {
    static const std::vector<Typed> all{
        // words and options
        {"netrunner do", "netrunner doctor"},
        {"netrunner ps --j", "netrunner ps --json"},
        {"netrunner help g", "netrunner help gc"},
        {"netrunner run --idle", "netrunner run --idle-timeout"},
        {"netrunner run -q --preserve", "netrunner run -q --preserve-status"},
        {"netrunner doctor --j", "netrunner doctor --json"},
        {"netrunner gc --cgroup-b", "netrunner gc --cgroup-base"},
        // values: modes, durations, signals, policies, files, control groups
        {"netrunner run --stdin inh", "netrunner run --stdin inherit"},
        {"netrunner run --stdout=nu", "netrunner run --stdout=null"},
        {"netrunner run -t 1h3", "netrunner run -t 1h30m"},
        {"netrunner run -pt 1h3", "netrunner run -pt 1h30m"},
        {"netrunner run --timeout=1h3", "netrunner run --timeout=1h30m"},
        {"netrunner run -s KI", "netrunner run -s KILL"},
        {"netrunner run --orphans l", "netrunner run --orphans leave"},
        {"netrunner run --rlimit nof", "netrunner run --rlimit nofile="},
        {"netrunner run --setenv NETRUNNER_CGROUP_B", "netrunner run --setenv NETRUNNER_CGROUP_BASE="},
        {"netrunner run --output some-f", "netrunner run --output some-file"},
        {"netrunner run --chdir gro", "netrunner run --chdir groups/"},
        {"netrunner run --cgroup bu", "netrunner run --cgroup build/"},
        {"netrunner run --cgroup-base @/groups/build --cgroup ni", "netrunner run [^\n]* --cgroup nightly/"},
        {"netrunner gc bu", "netrunner gc build/"},
        // ctl: runs and sockets, commands, their arguments
        {"netrunner ct", "netrunner ctl"},
        {"netrunner ctl 4242", "netrunner ctl 424242"},
        {"netrunner ctl some-f", "netrunner ctl some-file"},
        {"netrunner ctl --json 4242", "netrunner ctl --json 424242"},
        {"netrunner ctl 1 ext", "netrunner ctl 1 extend"},
        {"netrunner ctl 1 signal KI", "netrunner ctl 1 signal KILL"},
        {"netrunner ctl 1 resize 120", "netrunner ctl 1 resize 120x40"},
        {"netrunner ctl --max 4K 1 rea", "netrunner ctl --max 4K 1 read"},
        {"netrunner ctl 1 read stde", "netrunner ctl 1 read stderr"},
        {"netrunner ctl 1 read --m", "netrunner ctl 1 read --max"},
        {"netrunner ctl 1 read --max 64", "netrunner ctl 1 read --max 64K"},
        // the command, and its own completion
        {"netrunner run a-program-of-ou", "netrunner run a-program-of-ours"},
        {"netrunner run -t 5 -- a-program-of-ou", "netrunner run -t 5 -- a-program-of-ours"},
        {"netrunner run -E A=b -o some-file -- a-program-of-ou", "netrunner run [^\n]* -- a-program-of-ours"},
        {"netrunner run -- netrunner doc", "netrunner run -- netrunner doctor"},
        {"netrunner run -t 5 netrunner run --orphans l", "netrunner run -t 5 netrunner run --orphans leave"},
        {"netrunner run -- cat some-f", "netrunner run -- cat some-file"},
        // batch: options and their values
        {"netrunner bat", "netrunner batch"},
        {"netrunner help ba", "netrunner help batch"},
        {"netrunner batch --output-m", "netrunner batch --output-mode"},
        {"netrunner batch --output-mode ord", "netrunner batch --output-mode ordered"},
        {"netrunner batch --halt nev", "netrunner batch --halt never"},
        {"netrunner batch --shard=au", "netrunner batch --shard=auto"},
        {"netrunner batch --show f", "netrunner batch --show failed"},
        {"netrunner batch -j au", "netrunner batch -j auto"},
        {"netrunner batch -a some-f", "netrunner batch -a some-file"},
        {"netrunner batch --stdin nu", "netrunner batch --stdin null"},
        {"netrunner batch --orphans w", "netrunner batch --orphans wait"},
        {"netrunner batch -t 1h3", "netrunner batch -t 1h30m"},
        // its command, the placeholders in it, the values
        {"netrunner batch a-program-of-ou", "netrunner batch a-program-of-ours"},
        {"netrunner batch -j 2 -- a-program-of-ou", "netrunner batch -j 2 -- a-program-of-ours"},
        {"netrunner batch -- cat some-f", "netrunner batch -- cat some-file"},
        {"netrunner batch -- echo '{i", "netrunner batch -- echo '\\{id\\}'"},
        {"netrunner batch -j 2 -- cp -t 'out/{//", "netrunner batch -j 2 -- cp -t 'out/\\{//\\}'"},
        {"netrunner batch -- cat ::: some-f", "netrunner batch -- cat ::: some-file"},
        // the reports of a batch
        {"netrunner report me", "netrunner report merge"},
        {"netrunner report sh", "netrunner report show"},
        {"netrunner report h", "netrunner report html"},
        {"netrunner report html some-f", "netrunner report html some-file"},
        {"netrunner report merge some-f", "netrunner report merge some-file"},
        {"netrunner report merge --junit some-f", "netrunner report merge --junit some-file"},
        {"netrunner report merge a --ju", "netrunner report merge a --junit"},
    };
    return all;
}

// Without quotes fish escapes what it adds, so it offers no placeholder there.
const std::vector<Typed>& plain_placeholders() {
    static const std::vector<Typed> all{
        {"netrunner batch -- echo {i", "netrunner batch -- echo \\{id\\}"},
        {"netrunner batch -j 2 -- cp -t out/{//", "netrunner batch -j 2 -- cp -t out/\\{//\\}"},
    };
    return all;
}

// zsh replaces a word such as =inf by the path of a program, unless the equals sign is quoted.
std::vector<Typed> lines_of_bash() {
    std::vector<Typed> all = plain_placeholders();
    all.push_back({"netrunner ctl 1 extend =inf", "netrunner ctl 1 extend =infinity"});
    return all;
}

const std::string completions = std::string(SOURCE_DIR) + "/completions";

// Runs `shell` in a directory with the files that the lines need. `load` has the lines that load the completions.
void check_completions(Trial& trial, const std::vector<std::string>& shell, const std::vector<std::string>& load,
                       const std::vector<Typed>& more = {}) {
    namespace fs = std::filesystem;
    std::ofstream{trial.path("some-file")};
    fs::create_directories(trial.path("groups") + "/build/nightly");
    fs::create_directory(trial.path("programs"));
    fs::create_directory(trial.path("home"));
    fs::create_symlink("/bin/true", trial.path("programs") + "/a-program-of-ours");
    const std::string listing = trial.path("programs") + "/netrunner";
    std::ofstream(listing) << "#!/bin/sh\n"
                           << "[ \"$1\" != ps ] || printf 'PID     STATE    COMMAND\\n424242  running  make a:b\\n'\n"
                           << "[ \"$1\" = ps ] || exec '" << Trial::netrunner() << "' \"$@\"\n";
    fs::permissions(listing, fs::perms{0755});

    fs::permissions(trial.path("home"), fs::perms{0700});
    std::vector<std::string> at_home{"env", "HOME=" + trial.path("home"), "XDG_RUNTIME_DIR=" + trial.path("home")};
    at_home.insert(at_home.end(), shell.begin(), shell.end());

    Tmux tmux(trial, at_home, 120, 24);
    tmux.shows("READY>");
    for (const auto& line : load) tmux.enter(line);
    tmux.enter("export PATH=\"$PWD/programs:$PATH\" NETRUNNER_CGROUP_BASE=\"$PWD/groups\"");
    tmux.enter("clear; echo load''ed");
    tmux.shows("loaded");
    std::vector<Typed> all = lines_and_ends();
    all.insert(all.end(), more.begin(), more.end());
    for (const auto& [line, completed] : all) {
        CAPTURE(line);
        // The editor reads Ctrl-U in its turn. fish loses a Ctrl-C, which is a signal, while it still completes.
        tmux.press("C-u");
        tmux.press("C-l");
        tmux.shows("^READY>\n\n");
        tmux.type(std::regex_replace(line, std::regex("@"), trial.directory()));
        tmux.press("Tab");
        tmux.shows("^READY> " + completed + "[= ]?(\n|  )");
    }
}

}  // namespace

TEST_SUITE_BEGIN("completion");

TEST_CASE_FIXTURE(Trial, "bash completes without the bash-completion package") {
    if (!installed("tmux")) return;
    check_completions(*this, bash_shell, {"source " + completions + "/netrunner.bash"}, lines_of_bash());
}

TEST_CASE_FIXTURE(Trial, "bash completes with the bash-completion package") {
    const std::string package = "/usr/share/bash-completion/bash_completion";
    if (!std::filesystem::exists(package)) return skip("bash-completion is not installed");
    if (!installed("tmux")) return;
    check_completions(*this, bash_shell, {"source " + package, "source " + completions + "/netrunner.bash"},
                      lines_of_bash());
}

TEST_CASE_FIXTURE(Trial, "zsh completes") {
    if (!installed("tmux") || !installed("zsh")) return;
    check_completions(*this, {"zsh", "-f", "-i"},
                      {"unset zle_bracketed_paste; PS1='READY> '",
                       "fpath=(" + completions + " $fpath); autoload -Uz compinit; compinit -u -D"},
                      plain_placeholders());
}

TEST_CASE_FIXTURE(Trial, "fish completes") {
    if (!installed("tmux") || !installed("fish")) return;
    auto shell = fish_shell;
    shell.back() += "; set -g fish_autosuggestion_enabled 0";
    check_completions(*this, shell, {"set -g fish_complete_path " + completions});
}

TEST_SUITE_END();
