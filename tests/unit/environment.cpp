#include "src/plan/environment.hpp"

#include <doctest/doctest.h>

#include "shepherd/link/protocol.hpp"

using namespace netrunner;

namespace {

using Entries = std::vector<std::string>;

Options on_terminal() {
    Options options;
    options.pty = true;
    return options;
}

/// The value of `name` in the command's environment; nothing if it has none.
std::optional<std::string> value(const Options& options, const Entries& inherited, const std::string& name,
                                 bool gets_keys = true) {
    const Entries entries = plan_environment(options, inherited, gets_keys).value_or(inherited);
    std::optional<std::string> found;
    for (const std::string& entry : entries) {
        if (!entry.starts_with(name + "=")) continue;
        CHECK(!found);  // no name comes twice
        found = entry.substr(name.size() + 1);
    }
    return found;
}

}  // namespace

TEST_SUITE_BEGIN("environment");

TEST_CASE("without a pseudo-terminal nothing changes by itself") {
    CHECK(!plan_environment({}, {"PATH=/bin"}, false));
    CHECK(!plan_environment(on_terminal(), {"PATH=/bin", "TERM=vt100"}, true));
}

TEST_CASE("TERM is the user's, and xterm-256color where there is none") {
    CHECK(value(on_terminal(), {"TERM=vt100"}, "TERM") == "vt100");
    CHECK(value(on_terminal(), {"TERM=dumb"}, "TERM") == "dumb");
    CHECK(value(on_terminal(), {}, "TERM") == "xterm-256color");
    CHECK(value(on_terminal(), {"TERM="}, "TERM") == "xterm-256color");
    Options options = on_terminal();
    options.term = "screen";
    CHECK(value(options, {"TERM=vt100"}, "TERM") == "screen");
    options = on_terminal();
    options.unset = {"TERM"};
    CHECK(!value(options, {"TERM=vt100"}, "TERM"));
    options = on_terminal();
    options.ignore_environment = true;
    CHECK(plan_environment(options, {"TERM=vt100"}, false) == Entries{});
}

TEST_CASE("where no key can come, pagers are cat, unless the user named them") {
    const Entries users{"TERM=vt100", "PAGER=less"};
    CHECK(value(on_terminal(), users, "PAGER") == "less");
    CHECK(!value(on_terminal(), users, "GIT_PAGER"));
    CHECK(value(on_terminal(), users, "PAGER", false) == "cat");
    CHECK(value(on_terminal(), users, "GIT_PAGER", false) == "cat");
    Options options = on_terminal();
    options.set = {{.name = "PAGER", .value = "more"}, {.name = "GIT_PAGER", .value = std::nullopt}};
    CHECK(value(options, users, "PAGER", false) == "more");
    CHECK(!value(options, users, "GIT_PAGER", false));
}

TEST_CASE("GPG_TTY is left to the shepherd, which knows the new terminal's name") {
    const std::string unnamed(protocol::unnamed_terminal);
    CHECK(!value(on_terminal(), {}, "GPG_TTY"));
    CHECK("GPG_TTY=" + value(on_terminal(), {"GPG_TTY=/dev/pts/3"}, "GPG_TTY").value_or("") == unnamed);
    Options options = on_terminal();
    options.set = {{.name = "GPG_TTY", .value = "mine"}};
    CHECK(value(options, {"GPG_TTY=/dev/pts/3"}, "GPG_TTY") == "mine");
}

TEST_SUITE_END();
