#include "trial.hpp"

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <sstream>

#include "programs.hpp"

namespace support {
namespace {

std::string fresh_tag() {
    std::random_device random;
    std::ostringstream tag;
    tag << "NETRUNNER_TEST_TAG=" << std::hex << random() << random();
    return tag.str();
}

std::string or_default(const char* variable, const char* otherwise) {
    const char* value = std::getenv(variable);
    return value != nullptr ? value : otherwise;
}

void keep_for_schema_check(const std::string& file, const std::string& name) {
    const std::string directory = or_default("NETRUNNER_TEST_REPORTS", "");
    if (directory.empty()) return;
    std::filesystem::create_directories(directory);
    std::filesystem::copy_file(file, directory + "/" + name + ".json",
                               std::filesystem::copy_options::overwrite_existing);
}

}  // namespace

Trial::Trial() : work_{root_.path() + "/work"}, temporary_{root_.path() + "/tmp"}, tag_{fresh_tag()} {
    std::filesystem::create_directory(work_);
    std::filesystem::create_directory(temporary_);
    std::filesystem::permissions(temporary_, std::filesystem::perms{01777});
    ::signal(SIGPIPE, SIG_IGN);
    // This process is a subreaper: processes of a run whose netrunner, shepherd and guard died become its children,
    // even if they cleared their environment.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

Trial::~Trial() {
    if (!nothing_left(2s)) {
        CHECK_MESSAGE(false, "processes are left: ", describe(left()));
        end_leftovers();
    }
    const auto strays = reap_strays();
    for (const auto& stray : strays) {
        if (!strays_expected_) CHECK_MESSAGE(false, "a process came to the test as an orphan: ", stray);
    }
    for (const auto& name : root_.entries("tmp")) {
        // The runtime of ThreadSanitizer makes a file at its start, and is killed before it removes it.
        if (!begins(name, "tsan.")) CHECK_MESSAGE(false, "a temporary file is left: ", name);
    }
    for (const auto& name : root_.entries("work")) {
        if (!known_files_.contains(name)) CHECK_MESSAGE(false, "an unexpected file is left: ", name);
    }
}

std::string Trial::netrunner() { return open_to_all(or_default("NETRUNNER_BINARY", NETRUNNER_BINARY)); }
std::string Trial::shepherd() { return open_to_all(or_default("NETRUNNER_SHEPHERD_BINARY", SHEPHERD_BINARY)); }
std::string Trial::program(const std::string& name) { return open_to_all(std::string{TEST_PROGRAMS_DIR} + "/" + name); }

std::string Trial::path(const std::string& name) {
    known_files_.insert(name);
    return work_ + "/" + name;
}

Setup Trial::command(std::vector<std::string> argv) const {
    Setup setup{.argv = std::move(argv)};
    setup.environment = {{"TMPDIR", temporary_},     {"LC_ALL", "C"},
                         {"NR", netrunner()},        {"NETRUNNER_SHEPHERD", std::nullopt},
                         {"PROGRAMS", program(".")}, {"COLUMNS", std::nullopt}};
    return setup;
}

Setup Trial::runner(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {netrunner(), "run"});
    return command(std::move(arguments));
}

Process Trial::start(const Setup& setup) {
    Process process{setup, tag_ + "." + std::to_string(runs_++) + ";", work_};
    started_.insert(process.pid());
    return process;
}

Result Trial::complete(const Setup& setup) {
    Process process = start(setup);
    auto result = process.finish();
    if (!setup.leaves_processes) CHECK_MESSAGE(result.left.empty(), "left at its return: ", describe(result.left));
    return result;
}

Result Trial::run(std::vector<std::string> arguments) { return complete(runner(std::move(arguments))); }

Process Trial::start_reported(Setup setup) {
    const auto file = path("report-" + std::to_string(runs_) + ".json");
    setup.argv.insert(setup.argv.begin() + 2, {"--report", file});
    return start(setup);
}

nlohmann::json Trial::report_of(const Process& process) {
    const std::string& tag = process.tag();
    const auto dot = tag.rfind('.') + 1;
    return report_at(path("report-" + tag.substr(dot, tag.size() - dot - 1) + ".json"));
}

nlohmann::json Trial::report_at(const std::string& file) {
    REQUIRE_MESSAGE(std::filesystem::exists(file), "no report was written");
    keep_for_schema_check(file, tag_.substr(tag_.find('=') + 1) + "-" + std::filesystem::path{file}.stem().string());
    const auto report = nlohmann::json::parse(read_text(file), nullptr, false);
    REQUIRE_MESSAGE(report.is_object(), "the report is not JSON: ", read_text(file));
    return report;
}

Reported Trial::complete_reported(Setup setup) {
    Process process = start_reported(setup);
    auto result = process.finish();
    if (!setup.leaves_processes) CHECK_MESSAGE(result.left.empty(), "left at its return: ", describe(result.left));
    auto report = report_of(process);
    CHECK(report["status"] == result.ending.shell_status());
    return {.result = std::move(result), .report = std::move(report)};
}

Reported Trial::run_reported(std::vector<std::string> arguments) {
    return complete_reported(runner(std::move(arguments)));
}

Result Trial::bash(const std::string& script, Millis limit) {
    auto setup = command({"/bin/bash", "--norc", "--noprofile", "-c", "nr() { \"$NR\" run \"$@\"; }\n" + script});
    Process process = start(setup);
    auto result = process.finish(limit * amount(1, 10));  // soak runs repeat more often
    CHECK_MESSAGE(result.left.empty(), "left at its return: ", describe(result.left));
    return result;
}

pid_t Trial::ready(Process& process, const std::string& file) const {
    pid_t pid = 0;
    process.wait_for("the announcement in " + file, [&] {
        pid = announced(file);
        return pid > 0;
    });
    return pid;
}

std::vector<Seen> Trial::left(const Process& process) const { return processes_with_environment(process.tag()); }
std::vector<Seen> Trial::left() const { return processes_with_environment(tag_); }

bool Trial::nothing_left(Millis limit) const {
    return wait_until([this] { return left().empty(); }, limit);
}

void Trial::end_leftovers() {
    wait_until([this] {
        for (const auto& process : left()) {
            const int handle = static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0));
            if (handle < 0) continue;
            ::syscall(SYS_pidfd_send_signal, handle, SIGKILL, nullptr, 0);
            ::close(handle);
        }
        return left().empty();
    });
    // During an exec a process has no environment and so no tag. Processes that were left are children of this process.
    for (const pid_t child : children_of(::getpid())) {
        if (strays_expected_ && !started_.contains(child)) ::kill(child, SIGKILL);
    }
}

// Reaps children that this process did not start: their parents have exited. Children that still run have lost their
// tag, so they are killed.
std::vector<std::string> Trial::reap_strays() {
    std::vector<std::string> strays;
    for (const pid_t child : children_of(::getpid())) {
        const bool alive = !wait_until([&] { return !is_running(child); }, 1s);
        strays.push_back(std::to_string(child) + " " + name_of(child) + (alive ? " (alive)" : " (zombie)"));
        if (alive) {
            ::kill(child, SIGKILL);  // our own unreaped child
            CHECK_MESSAGE(false, "a process without its tag is left: ", strays.back());
        }
        ::waitpid(child, nullptr, 0);
    }
    return strays;
}

pid_t announced(const std::string& file) {
    const std::string text = read_text(file);
    const auto line = text.find("ready ");
    if (line == std::string::npos || text.find('\n', line) == std::string::npos) return 0;
    return static_cast<pid_t>(std::atoi(text.c_str() + line + 6));
}

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> result;
    std::istringstream stream{text};
    for (std::string line; std::getline(stream, line);) result.push_back(line);
    return result;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
bool begins(const std::string& text, const std::string& part) { return text.rfind(part, 0) == 0; }

}  // namespace support
