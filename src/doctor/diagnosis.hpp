// What `netrunner doctor` has found out, and how it is told: to people and as JSON. Pure.
#pragma once

#include <string>
#include <vector>

namespace netrunner {

struct Check {
    std::string name;  ///< the report's word: run, pty, cgroup.memory, ...
    bool works = false;
    std::string detail;  ///< what can be done with it; or why it does not work, and what may help
};

struct Diagnosis {
    std::string kernel;   ///< as uname(1) has it: "Linux 6.1.0-18-amd64"
    std::string machine;  ///< x86_64
    unsigned user = 0;    ///< the effective user, whom all of it is about
    std::vector<Check> checks;

    [[nodiscard]] bool all_work() const;
};

/// A line about the machine, then one for each check.
std::string render_text(const Diagnosis& diagnosis);
/// One object (docs/doctor.schema.json) and a newline.
std::string render_json(const Diagnosis& diagnosis);

}  // namespace netrunner
