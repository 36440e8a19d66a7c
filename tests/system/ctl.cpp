// `netrunner ctl` on runs without a control socket, and on a socket that answers wrongly or not at all.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "trial.hpp"

using namespace support;

namespace {

struct CtlTrial : Trial {
    Setup ctl(std::vector<std::string> words) const {
        words.insert(words.begin(), {netrunner(), "ctl"});
        return command(words);
    }
    Result order(pid_t pid, std::vector<std::string> words) {
        words.insert(words.begin(), std::to_string(pid));
        return complete(ctl(words));
    }
    Process start_ready(std::vector<std::string> options = {}) {
        options.insert(options.end(), {"--", program("log_signals"), path("log"), "15", "7"});
        auto process = start(runner(options));
        command_ = ready(process, path("log"));
        return process;
    }
    std::string logged() {
        std::ifstream file(path("log"));
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void stop(Process& process) {
        process.signal(SIGTERM);
        process.finish();
    }
    pid_t command_ = 0;
};

// A socket that answers with the lines of `replies`.
struct AnswerTrial : CtlTrial {
    Process answer_with(const std::string& replies, std::vector<std::string> more = {}) {
        std::ofstream(path("replies")) << replies;
        ::unlink(path("socket").c_str());
        ::unlink(path("requests").c_str());
        std::vector<std::string> words{program("answer_control"), path("socket"), path("requests"), path("replies")};
        words.insert(words.end(), more.begin(), more.end());
        auto process = start(command(words));
        ready(process, path("requests"));
        return process;
    }
    Result answered(const std::string& replies, std::vector<std::string> words, std::vector<std::string> more = {}) {
        auto process = answer_with(replies, std::move(more));
        words.insert(words.begin(), path("socket"));
        const Result result = complete(ctl(words));
        process.finish();
        return result;
    }
    std::vector<std::string> requests() {
        std::ifstream file(path("requests"));
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        auto all = lines(text);
        all.erase(all.begin());  // ready
        return all;
    }
};

}  // namespace

TEST_SUITE_BEGIN("ctl");

TEST_CASE_FIXTURE(CtlTrial, "stop ends a run by its ladder") {
    auto process = start_ready();
    const auto stopped = order(process.pid(), {"stop"});
    CHECK(stopped.ending == exit_code(0));
    CHECK(stopped.out.empty());
    CHECK(stopped.err.empty());
    const auto result = process.finish();
    CHECK(result.ending == exit_code(7));
    CHECK(contains(logged(), "\n15\n"));
}

TEST_CASE_FIXTURE(CtlTrial, "a second stop kills") {
    auto process = start(runner({"-v", "-k", "60s", "--", program("ignore_signals"), path("log"), "15"}));
    ready(process, path("log"));
    CHECK(order(process.pid(), {"stop"}).ending == exit_code(0));
    process.wait_for("the first order", [&] { return contains(process.err(), "sending SIGTERM"); });
    let_pass(50ms);  // two orders within 10 ms are one
    CHECK(order(process.pid(), {"stop"}).ending == exit_code(0));
    CHECK(process.finish().ending == killed_by(SIGTERM));
}

TEST_CASE_FIXTURE(CtlTrial, "signal reaches the command's group, not netrunner") {
    auto process = start(runner({"--", "sh", "-c", "\"$@\" & exec \"$0\" first", program("log_signals"),
                                 program("log_signals"), path("second"), "15"}));
    path("first");
    CHECK(wait_until([&] { return announced(path("first")) != 0 && announced(path("second")) != 0; }));
    CHECK(order(process.pid(), {"signal", "USR1"}).ending == exit_code(0));
    for (const char* name : {"first", "second"}) {
        std::string text;
        CHECK(wait_until([&] {
            std::ifstream file(path(name));
            text.assign(std::istreambuf_iterator<char>(file), {});
            return contains(text, "\n10\n");
        }));
    }
    CHECK(process.running());
    CHECK(order(process.pid(), {"signal", "KILL"}).ending == exit_code(0));
    CHECK(process.finish().ending == killed_by(SIGKILL));
}

TEST_CASE_FIXTURE(CtlTrial, "a command is stopped and continued by signals") {
    auto process = start(runner({"--", "sleep", "60"}));
    const auto is = [&](const char* state) {
        return wait_until([&] {
            for (const auto& run : nlohmann::json::parse(complete(command({netrunner(), "ps", "--json"})).out)) {
                if (run["pid"] == process.pid()) return run["state"] == state;
            }
            return false;
        });
    };
    CHECK(is("running"));
    CHECK(order(process.pid(), {"signal", "STOP"}).ending == exit_code(0));
    CHECK(is("stopped"));
    CHECK(order(process.pid(), {"signal", "CONT"}).ending == exit_code(0));
    CHECK(is("running"));
    stop(process);
}

TEST_CASE_FIXTURE(CtlTrial, "on a pseudo-terminal and in a PID namespace the command is found too") {
    for (const std::vector<std::string>& options :
         {std::vector<std::string>{"--pty", "--stdin", "null"}, std::vector<std::string>{"--pid-namespace"}}) {
        CAPTURE(options[0]);
        if (options[0] == "--pid-namespace" &&
            complete(runner({"--pid-namespace", "--", "true"})).ending != exit_code(0)) {
            skip("no PID namespaces here");
            continue;
        }
        ::unlink(path("log").c_str());
        auto process = start(runner([&] {
            auto words = options;
            words.insert(words.end(), {"--", program("log_signals"), path("log"), "10", "7"});
            return words;
        }()));
        CHECK(wait_until([&] { return begins(logged(), "ready "); }));
        CHECK(order(process.pid(), {"signal", "USR1"}).ending == exit_code(0));
        CHECK(process.finish().ending == exit_code(7));
    }
}

TEST_CASE_FIXTURE(CtlTrial, "signal says that the command has ended, although its orphans have not") {
    auto process =
        start(runner({"--orphans", "wait", "--", "sh", "-c", "\"$@\" & while [ ! -e \"$0\" ]; do sleep 0.01; done",
                      path("log"), program("log_signals"), path("log"), "15"}));
    CHECK(wait_until([&] { return begins(logged(), "ready "); }));
    CHECK(wait_until([&] {
        return contains(order(process.pid(), {"signal", "USR1"}).err, "is not running: it has ended");
    }));
    stop(process);
}

TEST_CASE_FIXTURE(CtlTrial, "the other commands need --control") {
    auto process = start_ready();
    const std::string refusal =
        "run " + std::to_string(process.pid()) + " was started without --control (start it with --control PATH)";
    for (const std::vector<std::string>& words : {std::vector<std::string>{"status"},
                                                  {"events"},
                                                  {"extend", "1m"},
                                                  {"resize", "1x1"},
                                                  {"close-stdin"},
                                                  {"write", "x"},
                                                  {"read"}}) {
        CHECK_REFUSED(order(process.pid(), words), refusal);
    }
    stop(process);
}

TEST_CASE_FIXTURE(CtlTrial, "a batch can be stopped, and nothing else") {
    auto process = start(command({netrunner(), "batch", "--", program("log_signals"), "{}", "15", ":::", path("log")}));
    CHECK(wait_until([&] { return begins(logged(), "ready "); }));
    CHECK_REFUSED(order(process.pid(), {"signal", "USR1"}), "is a batch, and 'signal' needs one command");
    CHECK_REFUSED(order(process.pid(), {"status"}), "is a batch, which has no control: only 'stop' works for it");
    CHECK(order(process.pid(), {"stop"}).ending == exit_code(0));
    CHECK(process.finish().ending == killed_by(SIGTERM));
    CHECK(!contains(logged(), "\n10\n"));
}

TEST_CASE_FIXTURE(CtlTrial, "a pid that is no run") {
    auto process = start_ready();
    const std::string run = std::to_string(process.pid());
    CHECK_REFUSED(order(command_, {"stop"}), "process " + std::to_string(command_) + " is part of run " + run +
                                                 " (say: netrunner ctl " + run + ")");
    CHECK_REFUSED(order(::getpid(), {"stop"}),
                  "process " + std::to_string(::getpid()) + " is no run (netrunner ps lists the runs)");
    CHECK_REFUSED(complete(ctl({"99999999999999999999", "stop"})), "is no run (netrunner ps lists the runs)");
    CHECK(process.running());
    stop(process);
    CHECK_REFUSED(order(process.pid(), {"stop"}), "is no run");
    CHECK(logged() == "ready " + std::to_string(command_) + "\n15\n");
}

TEST_CASE_FIXTURE(CtlTrial, "a run of another user is refused") {
    if (::geteuid() != 0) return skip("needs root");
    auto process = start_ready();
    const auto result = complete(command({"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                                          netrunner(), "ctl", std::to_string(process.pid()), "stop"}));
    CHECK_REFUSED(result, "run " + std::to_string(process.pid()) +
                              " is another user's, uid 0 (only that user and root can control it)");
    CHECK(process.running());
    stop(process);
}

TEST_CASE_FIXTURE(CtlTrial, "a lost run is left to its helpers") {
    expect_strays();
    auto process = start(runner({"-k", "30s", "--", program("ignore_signals"), path("log"), "15"}));
    const pid_t command = ready(process, path("log"));
    process.signal(SIGKILL);
    process.finish();
    std::string lost;
    CHECK(wait_until([&] {
        for (const auto& run : nlohmann::json::parse(complete(Trial::command({netrunner(), "ps", "--json"})).out)) {
            if (run["state"] == "lost") lost = std::to_string(run["pid"].get<pid_t>());
        }
        return !lost.empty();
    }));
    CHECK_REFUSED(complete(ctl({lost, "stop"})),
                  "run " + lost + " is lost: its netrunner was killed, and a helper is ending the command");
    ::kill(command, SIGKILL);
    CHECK(nothing_left(5s));
}

TEST_CASE_FIXTURE(AnswerTrial, "an answer is printed for people, or as it came") {
    const std::string status = R"({"id":1,"ok":true,"state":"running","pid":4242})";
    const auto shown = answered(status + "\n", {"status"});
    CHECK(shown.ending == exit_code(0));
    CHECK(shown.out == "state  running\npid    4242\n");
    CHECK(requests() == std::vector<std::string>{R"({"id":1,"cmd":"status"})"});
    CHECK(answered(status + "\n", {"status", "--json"}).out == status + "\n");
}

TEST_CASE_FIXTURE(AnswerTrial, "a refusal ends with status 1 and the run's message") {
    const auto refused = answered("{\"id\":1,\"error\":\"no-terminal\",\"message\":\"the run has no terminal\"}\n",
                                  {"resize", "120x40"});
    CHECK(refused.ending == exit_code(1));
    CHECK(refused.err == "netrunner: the run has no terminal\n");
    CHECK(refused.out.empty());
    CHECK(requests() == std::vector<std::string>{R"({"id":1,"cmd":"resize","columns":120,"rows":40})"});
    // The run has closed the connection at once, because it has too many.
    CHECK(answered("{\"error\":\"busy\",\"message\":\"8 visitors\"}\n", {"status"}).err == "netrunner: 8 visitors\n");
}

TEST_CASE_FIXTURE(AnswerTrial, "events are printed as they come, other lines are not") {
    const std::string start = R"({"event":"start","t":0})";
    const std::string end = R"({"event":"end","t":1,"status":0,"report":{}})";
    const auto whole = answered("{\"id\":1,\"ok\":true}\n" + start + "\n" + end + "\n", {"events"});
    CHECK(whole.ending == exit_code(0));
    CHECK(whole.out == start + "\n" + end + "\n");
    const auto cut = answered(start + "\n{\"event\":\"e", {"events"});
    CHECK(cut.ending == exit_code(1));
    CHECK(cut.out == start + "\n");
    CHECK(contains(cut.err, "the events end without 'end'"));
}

TEST_CASE_FIXTURE(AnswerTrial, "an event is printed before the next one comes") {
    auto process = answer_with("{\"event\":\"start\"}\n", {"hold"});
    auto events = start(ctl({path("socket"), "events"}));
    events.wait_for_output("{\"event\":\"start\"}\n");
    // Nothing more comes. The reader of the events ends, and so does ctl.
    events.stop_reading_output();
    CHECK(events.finish().ending == exit_code(141));
    process.finish();
}

TEST_CASE_FIXTURE(AnswerTrial, "read asks until the end, or for --max bytes") {
    const auto whole = answered(
        "{\"id\":1,\"data\":\"one\"}\n\n{\"id\":1,\"data\":\"/wA=\",\"base64\":true}\n\n"
        "{\"id\":1,\"end\":true}\n\n",
        {"read", "stderr"});
    CHECK(whole.ending == exit_code(0));
    CHECK(whole.out == std::string("one\xff\0", 5));
    CHECK(requests() == std::vector<std::string>(3, R"({"id":1,"cmd":"read","stream":"stderr","max":65536})"));
    const auto some = answered("{\"id\":1,\"data\":\"one\"}\n\n{\"id\":1,\"data\":\"tw\"}\n\n", {"read", "--max", "5"});
    CHECK(some.ending == exit_code(0));
    CHECK(some.out == "onetw");
    CHECK(requests() == std::vector<std::string>{R"({"id":1,"cmd":"read","stream":"stdout","max":5})",
                                                 R"({"id":1,"cmd":"read","stream":"stdout","max":2})"});
}

TEST_CASE_FIXTURE(AnswerTrial, "write sends a text, or standard input in pieces") {
    CHECK(answered("{\"id\":1,\"ok\":true}\n", {"write", "hello"}).ending == exit_code(0));
    CHECK(requests() == std::vector<std::string>{R"({"id":1,"cmd":"write","data":"hello"})"});
    std::string replies;
    for (int i = 0; i < 64; ++i) replies += "{\"id\":1,\"ok\":true}\n\n";
    auto process = answer_with(replies, {"hold"});
    auto setup = ctl({path("socket"), "write"});
    setup.in = piped();
    for (int i = 0; i < 100'000; ++i) setup.input += static_cast<char>(i * 7);
    CHECK(complete(setup).ending == exit_code(0));
    process.finish();
    std::size_t written = 0;
    for (const auto& line : requests()) {
        CHECK(line.size() < 65536);
        const auto request = nlohmann::json::parse(line);
        CHECK(request["cmd"] == "write");
        CHECK(request["base64"] == true);
        const std::string data = request["data"];
        written += data.size() / 4 * 3 - static_cast<std::size_t>(std::count(data.begin(), data.end(), '='));
    }
    CHECK(written == setup.input.size());
}

TEST_CASE_FIXTURE(AnswerTrial, "write ends when the run does, although standard input has not ended") {
    auto process = answer_with("{\"id\":1,\"ok\":true}\n");
    auto setup = ctl({path("socket"), "write"});
    setup.in = piped();
    setup.input = "x";
    setup.hold_input = true;
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(1));
    CHECK(contains(result.err, "the run has ended before all of standard input was written to it"));
    process.finish();
}

TEST_CASE_FIXTURE(AnswerTrial, "a socket that answers nothing, or nonsense") {
    const auto silent = answered("", {"status"}, {"hold"});
    CHECK_REFUSED(silent, "does not answer within 5s");
    CHECK_WALL(silent, 5s, 9s);
    struct Slip {
        std::string replies;
        std::string message;
    };
    const std::vector<Slip> slips{
        {"", "the run has closed the connection without an answer"},
        {"{\"id\":1", "the run has closed the connection without an answer"},
        {"hello\n", "the run answers with a line that is no JSON object"},
        {std::string((1U << 20U) + 1, 'x'), "answers with a line of more than 1048576 bytes"},
        {"{\"id\":1,\"data\":\"/\",\"base64\":true}\n", "the run answers with data that is not base64"},
    };
    for (const Slip& slip : slips) {
        CAPTURE(slip.message);
        CHECK_REFUSED(answered(slip.replies, {"status"}), slip.message);
    }
    CHECK_REFUSED(answered("{\"id\":1,\"ok\":true}\n", {"read"}), "the run answers a read without data");
}

TEST_CASE_FIXTURE(AnswerTrial, "a path that nothing listens on") {
    CHECK_REFUSED(complete(ctl({path("none"), "status"})), "there is no socket '" + path("none") + "'");
    std::ofstream{path("file")};
    CHECK_REFUSED(complete(ctl({path("file"), "status"})), "'" + path("file") + "' is no socket");
    answered("{\"id\":1,\"ok\":true}\n", {"stop"});
    CHECK_REFUSED(complete(ctl({path("socket"), "stop"})), "nothing listens on '" + path("socket") + "'");
}

TEST_CASE_FIXTURE(AnswerTrial, "the path of a socket may be longer than an address") {
    const std::string deep = path("deep") + "/" + std::string(100, 'a') + "/" + std::string(100, 'b');
    complete(command({"mkdir", "-p", deep}));
    auto process = answer_with("{\"id\":1,\"ok\":true}\n");
    std::rename(path("socket").c_str(), (deep + "/socket").c_str());
    CHECK(complete(ctl({deep + "/socket", "stop"})).ending == exit_code(0));
    process.finish();
}

TEST_SUITE_END();
