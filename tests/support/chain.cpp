#include "chain.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "trial.hpp"

namespace support {
Chain links_of(pid_t runner) {
    Chain chain{.runner = runner};
    chain.shepherd = child_running(chain.runner, "netrunner-shepherd");
    if (chain.shepherd != 0) chain.guard = child_running(chain.shepherd, "netrunner-shepherd");
    return chain;
}

Chain links_of(const Process& process) { return links_of(process.pid()); }

void kill_all(const Chain& links) {
    // Each of the three continues the next one if that is stopped, and its death continues it too (PR_SET_PDEATHSIG).
    // So stop them from the first on, and kill them from the last on; else one of them could still clean up.
    for (const pid_t pid : {links.runner, links.shepherd, links.guard}) {
        if (pid > 0) ::kill(pid, SIGSTOP);
    }
    for (const pid_t pid : {links.guard, links.shepherd, links.runner}) {
        if (pid > 0) ::kill(pid, SIGKILL);
    }
    for (const pid_t pid : {links.runner, links.shepherd, links.guard}) {
        CHECK(wait_until([&] { return pid <= 0 || !is_running(pid); }));
    }
}

Chain chain_of(const Process& process, const std::string& program) {
    Chain chain;
    wait_until([&] {
        chain = links_of(process);
        const pid_t parent = chain.guard != 0 ? chain.guard : chain.shepherd;
        if (parent != 0) chain.command = child_running(parent, program);
        return chain.command != 0;
    });
    return chain;
}

bool has_guard() {
    Trial trial;
    auto process = trial.start(trial.runner({"--", "sh", "-c", "echo go; exec sleep 60"}));
    process.wait_for_output("go\n");
    const bool there = links_of(process).guard != 0;
    process.signal(SIGTERM);
    process.finish();
    return there;
}

bool knows_option(const std::string& name) {
    Trial trial;
    return contains(trial.complete(trial.command({Trial::netrunner(), "help", "run"})).out, name);
}

}  // namespace support
