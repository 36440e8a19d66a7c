#include "src/cli/ctl_options.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

using Words = std::vector<std::string>;
using Command = CtlOptions::Command;

CtlOptions options(const Words& words) { return std::get<CtlOptions>(parse_ctl(words)); }

std::string complaint(const Words& words) {
    try {
        parse_ctl(words);
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "accepted";
}

}  // namespace

TEST_SUITE_BEGIN("ctl_options");

TEST_CASE("every command, with its argument") {
    CHECK(options({"42", "status"}).target == "42");
    CHECK(options({"42", "status"}).command == Command::status);
    CHECK(options({"a/socket", "events"}).command == Command::events);
    CHECK(options({"42", "stop"}).command == Command::stop);
    CHECK(options({"42", "signal", "usr1"}).signal == SIGUSR1);
    CHECK(options({"42", "resize", "120x40"}).size == WindowSize{120, 40});
    CHECK(options({"42", "close-stdin"}).command == Command::close_stdin);
    CHECK(options({"42", "write", "a text"}).text == "a text");
    CHECK(options({"42", "write", ""}).text == "");
    CHECK(!options({"42", "write"}).text);
    CHECK(options({"42", "read"}).stream == "stdout");
    CHECK(options({"42", "read", "stderr"}).stream == "stderr");
}

TEST_CASE("extend adds, and sets after an equals sign") {
    CHECK(options({"42", "extend", "10m"}).duration == "10m");
    CHECK(!options({"42", "extend", "10m"}).sets_limit);
    CHECK(options({"42", "extend", "=1h30m"}).duration == "1h30m");
    CHECK(options({"42", "extend", "=1h30m"}).sets_limit);
    CHECK(options({"42", "extend", "=infinity"}).duration == "infinity");
    CHECK(complaint({"42", "extend", "infinity"}) ==
          "ctl: extend: 'infinity' is no time to add (for no limit: extend =infinity)");
    CHECK(complaint({"42", "extend", "=0"}) == "ctl: extend: '0' is no time to set (for no limit: extend =infinity)");
    CHECK(complaint({"42", "extend", "0"}) == "ctl: extend: '0' is no time to add (for no limit: extend =infinity)");
}

TEST_CASE("options stand anywhere before --") {
    for (const Words& words :
         {Words{"--json", "42", "read"}, Words{"42", "--json", "read"}, Words{"42", "read", "--json"}})
        CHECK(options(words).as_json);
    CHECK(!options({"42", "read"}).as_json);
    CHECK(options({"42", "read", "--max", "1K"}).most == 1024);
    CHECK(options({"--max=7", "42", "read", "stderr"}).most == 7);
    CHECK(options({"42", "read"}).most == unlimited);
    CHECK(options({"42", "write", "--", "--json"}).text == "--json");
    CHECK(options({"42", "write", "-"}).text == "-");
    CHECK(std::get<AskedText>(parse_ctl(Words{"42", "-h"})) == AskedText::help);
    CHECK(std::get<AskedText>(parse_ctl(Words{"--version"})) == AskedText::version);
}

TEST_CASE("a wrong word is refused with what was expected") {
    struct Slip {
        Words words;
        std::string message;
    };
    const std::vector<Slip> slips{
        {{}, "say which run: netrunner ctl PID COMMAND (netrunner ps lists the runs)"},
        {{"", "status"}, "say which run: netrunner ctl PID COMMAND (netrunner ps lists the runs)"},
        {{"42"}, "say what to do: netrunner ctl 42 COMMAND (see netrunner help ctl)"},
        {{"42", "statsu"},
         "unknown command 'statsu': expected status, events, signal, stop, extend, resize, close-stdin, write or read; "
         "did you mean 'status'?"},
        {{"42", "signal"}, "signal: say signal NAME (see netrunner help ctl)"},
        {{"42", "extend"}, "extend: say extend DURATION (see netrunner help ctl)"},
        {{"42", "resize"}, "resize: say resize SIZE (see netrunner help ctl)"},
        {{"42", "stop", "now"}, "stop: unexpected argument 'now'"},
        {{"42", "write", "a", "b"}, "write: unexpected argument 'b'"},
        {{"42", "read", "stdin"}, "read: unknown stream 'stdin': expected stdout or stderr"},
        {{"42", "read", "stdrr"}, "read: unknown stream 'stdrr': expected stdout or stderr; did you mean 'stderr'?"},
        {{"42", "read", "--max"}, "--max needs a value"},
        {{"42", "read", "--max", "0"}, "--max: 0 bytes are nothing to read (expected a size above 0)"},
        {{"42", "status", "--max", "1"}, "--max belongs to the command 'read'"},
        {{"42", "write", "-x"},
         "unknown option '-x' (see netrunner help ctl; to write a text that begins with '-': write -- -x)"},
    };
    for (const Slip& slip : slips) CHECK(complaint(slip.words) == "ctl: " + slip.message);
    CHECK(complaint({"42", "extend", "10x"}).starts_with("ctl: extend: invalid duration '10x': "));
    CHECK(complaint({"42", "signal", "TREM"}).starts_with("ctl: signal: invalid signal 'TREM': "));
    CHECK(complaint({"42", "resize", "120"}).starts_with("ctl: resize: invalid size '120': "));
    CHECK(complaint({"42", "read", "--max", "x"}).starts_with("ctl: --max: invalid size 'x': "));
}

TEST_SUITE_END();
