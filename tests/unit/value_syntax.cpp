#include "src/cli/value_syntax.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>
#include <functional>

#include "src/values/usage_error.hpp"

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

std::string complaint(const std::function<void()>& parse) {
    try {
        parse();
    } catch (const std::exception& wrong) {
        return wrong.what();
    }
    return "accepted";
}

}  // namespace

TEST_SUITE_BEGIN("value_syntax");

TEST_CASE("a stop sequence is signals with durations between them") {
    CHECK(stop_value("INT,2s,TERM,5s,KILL") == std::vector<StopStep>{{SIGINT, 2s}, {SIGTERM, 5s}, {SIGKILL, {}}});
    CHECK(stop_value("TERM,150ms,TERM,100ms,KILL").size() == 3);
    CHECK(stop_value("TERM,5,KILL")[0].grace == 5s);
    CHECK(stop_value("KILL") == std::vector<StopStep>{{SIGKILL, {}}});
    CHECK(stop_value("HUP,1m") == std::vector<StopStep>{{SIGHUP, 1min}});
    CHECK(stop_value("command:TERM,10s,TERM,5s,KILL") ==
          std::vector<StopStep>{{SIGTERM, 10s, true}, {SIGTERM, 5s}, {SIGKILL, {}}});
    CHECK(stop_value("TERM,1s,command:9") == std::vector<StopStep>{{SIGTERM, 1s}, {SIGKILL, {}, true}});
}

TEST_CASE("a malformed stop sequence is quoted") {
    CHECK(complaint([] { stop_value("TERM,KILL"); }) ==
          "invalid stop sequence 'TERM,KILL': expected a duration before 'KILL'");
    CHECK(complaint([] { stop_value("TERM,5x,KILL"); }).starts_with("invalid duration '5x'"));
    CHECK(complaint([] { stop_value(""); }).starts_with("invalid signal ''"));
    CHECK(complaint([] { stop_value("TERM,5s,"); }).starts_with("invalid signal ''"));
    CHECK(complaint([] { stop_value("FOO,5s,KILL"); }).starts_with("invalid signal 'FOO'"));
    CHECK(complaint([] { stop_value("command:"); }) == "invalid step 'command:': expected a signal after command:");
    CHECK(complaint([] { stop_value("command:5s"); }).starts_with("invalid signal '5s'"));
    CHECK(complaint([] { stop_value("cmd:TERM,5s,KILL"); }) ==
          "invalid step 'cmd:TERM': expected a signal, or command: and a signal");
    CHECK(complaint([] { stop_value("comand:TERM"); }) ==
          "invalid step 'comand:TERM': expected a signal, or command: and a signal; did you mean 'command'?");
    CHECK(complaint([] { stop_value("TERM,command:TERM"); }) ==
          "invalid stop sequence 'TERM,command:TERM': expected a duration before 'command:TERM'");
}

TEST_CASE("streams are a mode or a file") {
    CHECK(standard_input_value("null").mode == StreamChoice::Mode::null);
    CHECK(standard_output_value("inherit").mode == StreamChoice::Mode::inherit);
    CHECK(standard_error_value("stdout").mode == StreamChoice::Mode::merge);
    CHECK(standard_output_value("./null").mode == StreamChoice::Mode::file);
    CHECK(standard_output_value("log").path == "log");
    CHECK(complaint([] { standard_input_value(""); }) != "accepted");
    CHECK(standard_input_value("pty").mode == StreamChoice::Mode::terminal);
}

TEST_CASE("a variable is a name, with or without a value") {
    CHECK(environment_value("A=b=c").value == "b=c");
    CHECK(environment_value("A=").value == "");
    CHECK(!environment_value("A").value);
    CHECK(complaint([] { environment_value("=b"); }) != "accepted");
    CHECK(complaint([] { variable_name_value("A=b"); }) != "accepted");
}

TEST_CASE("a resource limit is soft, or soft and hard") {
    CHECK(limit_value("nofile=1024").resource == RLIMIT_NOFILE);
    CHECK(limit_value("nofile=1024").hard == 1024);
    CHECK(limit_value("RLIMIT_NOFILE=10:20").hard == 20);
    CHECK(limit_value("as=1G").soft == Size{1} << 30);
    CHECK(limit_value("core=unlimited").hard == RLIM_INFINITY);
    CHECK(limit_value("core=0:infinity").hard == RLIM_INFINITY);
    for (const char* text : {"nofile", "nofile=", "nofile=x", "foo=1", "nofile=5:4", "nofile=1:2:3"}) {
        CHECK_MESSAGE(complaint([&] { limit_value(text); }).starts_with("invalid limit"), text);
    }
}

TEST_CASE("numbers out of their range are refused") {
    CHECK(umask_value("022") == 022);
    CHECK(umask_value("0") == 0);
    for (const char* text : {"", "8", "1000", "-1", "u=rwx"})
        CHECK(complaint([&] { umask_value(text); }) != "accepted");
    CHECK(nice_value("-20") == -20);
    CHECK(nice_value("+5") == 5);
    for (const char* text : {"", "20", "-21", "5.0", "x"}) CHECK(complaint([&] { nice_value(text); }) != "accepted");
    CHECK(descriptor_value("3") == 3);
    for (const char* text : {"", "-1", "x", "99999999999"})
        CHECK(complaint([&] { descriptor_value(text); }) != "accepted");
}

TEST_CASE("a list of groups has no empty items") {
    CHECK(groups_value("adm,4") == std::vector<std::string>{"adm", "4"});
    CHECK(groups_value("").empty());
    for (const char* text : {",", "a,", "a,,b"}) CHECK(complaint([&] { groups_value(text); }) != "accepted");
}

TEST_CASE("a policy is one of three words") {
    CHECK(orphans_value("leave") == OrphanPolicy::leave);
    CHECK(complaint([] { orphans_value("Kill"); }) ==
          "invalid policy 'Kill': expected kill, wait or leave; did you mean 'kill'?");
    CHECK(complaint([] { orphans_value("x"); }) == "invalid policy 'x': expected kill, wait or leave");
}

TEST_CASE("clocks of stamps have names, and a prefix has no line end") {
    CHECK(timestamps_value("iso") == LineStamp::Clock::iso);
    CHECK(complaint([] { timestamps_value("elapse"); }) ==
          "invalid mode 'elapse': expected elapsed, iso or delta; did you mean 'elapsed'?");
    CHECK(prefix_value("\x1b[2m| \x1b[0m") == "\x1b[2m| \x1b[0m");
    CHECK(prefix_value(std::string(256, 'x')).size() == 256);
    CHECK(complaint([] { prefix_value(std::string(257, 'x')); }) != "accepted");
    CHECK(complaint([] { prefix_value("a\nb"); }) != "accepted");
    CHECK(output_format_value("plain"));
    CHECK(!output_format_value("raw"));
    CHECK(complaint([] { output_format_value("text"); }) != "accepted");
    CHECK(junit_name_value("a case") == "a case");
    CHECK(complaint([] { junit_name_value(" \n"); }) != "accepted");
    CHECK(command_value("true") == "true");
    CHECK(complaint([] { command_value(" \n"); }) != "accepted");
    CHECK(complaint([] { file_value(""); }) == "invalid file '': expected a name");
}

TEST_CASE("a window is columns by rows, neither of them 0") {
    CHECK(window_value("132x50") == WindowSize{132, 50});
    CHECK(window_value("1x65535") == WindowSize{1, 65535});
    for (const char* text :
         {"", "x", "80", "80x", "x24", "0x24", "80x0", "80X24", "80x24x1", "65536x1", "-1x24", " 80x24"})
        CHECK_MESSAGE(complaint([&] { window_value(text); }).starts_with("invalid size"), text);
}

TEST_SUITE_END();
