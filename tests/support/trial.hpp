// The surroundings of one test case: a tag in the environment of everything that it starts, and a directory. The
// destructor checks that no process, no zombie and no file is left. Use with TEST_CASE_FIXTURE.
#pragma once

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "process.hpp"
#include "skips.hpp"
#include "temp_dir.hpp"

namespace support {

struct Reported {
    Result result;
    nlohmann::json report;
};

class Trial {
  public:
    Trial();
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;
    ~Trial();

    static std::string netrunner();  // the binary under test
    static std::string shepherd();
    static std::string program(const std::string& name);  // one of tests/programs

    // The path of a file in the trial's directory that may be left at the end.
    std::string path(const std::string& name);
    const std::string& directory() const { return work_; }

    Setup command(std::vector<std::string> argv) const;
    Setup runner(std::vector<std::string> arguments) const;  // `netrunner run ARGUMENTS`

    Process start(const Setup& setup);
    Result complete(const Setup& setup);
    Result run(std::vector<std::string> arguments);             // completes `netrunner run ARGUMENTS`
    Reported run_reported(std::vector<std::string> arguments);  // the same with --report
    Reported complete_reported(Setup setup);                    // adds --report after `netrunner run`
    // Runs a bash script in which `nr` is `netrunner run` and $NR the binary.
    Result bash(const std::string& script, Millis limit = 60s);

    // Starts `setup` with --report; `report_of` reads it once the process has ended.
    Process start_reported(Setup setup);
    nlohmann::json report_of(const Process& process);
    nlohmann::json report_at(const std::string& file);  // parses it and keeps it for the schema check

    // The PID in the line `ready PID` that a program of tests/programs wrote to `file`. Fails if the line never comes.
    pid_t ready(Process& process, const std::string& file) const;

    // All live processes that descend from `process`, or from any process of this trial.
    std::vector<Seen> left(const Process& process) const;
    std::vector<Seen> left() const;
    bool nothing_left(Millis limit) const;
    void end_leftovers();

    // Call it if the test kills netrunner so that its processes become children of this process and are reaped here.
    void expect_strays() { strays_expected_ = true; }
    // Reaps the orphans that have become children so far. Call it only when all processes that the trial started are
    // reaped. A live orphan fails the test.
    std::vector<std::string> reap_strays();

  private:
    TempDir root_;
    std::string work_, temporary_, tag_;
    std::set<std::string> known_files_;
    std::set<pid_t> started_;
    bool strays_expected_ = false;
    int runs_ = 0;
};

// The PID in the line `ready PID` of a complete file; 0 if there is no such line.
pid_t announced(const std::string& file);

// The lines of `text`; a last line without its newline counts.
std::vector<std::string> lines(const std::string& text);
bool contains(const std::string& text, const std::string& part);
bool begins(const std::string& text, const std::string& part);

}  // namespace support

// The wall time is at least `lower`, exactly, and less than `upper`, scaled on slow builds.
#define CHECK_WALL(result, lower, upper)                                                \
    do {                                                                                \
        CHECK((result).wall.count() >= support::Millis{lower}.count());                 \
        CHECK((result).wall.count() < support::scaled(support::Millis{upper}).count()); \
    } while (false)

// netrunner refused: status 125 and one line that contains `part`.
#define CHECK_REFUSED(result, part)                                                     \
    do {                                                                                \
        CHECK((result).ending == support::exit_code(125));                              \
        CHECK(support::begins((result).err, "netrunner: "));                            \
        CHECK(support::lines((result).err).size() == 1);                                \
        CHECK_MESSAGE(support::contains((result).err, part), "stderr: ", (result).err); \
        CHECK((result).out.empty());                                                    \
    } while (false)
