// The result of `netrunner doctor` as values, and its two forms: text for people, and JSON. doctor fills it, main
// prints it. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/doctor/container.hpp"

namespace netrunner {

struct Check {
    std::string name;  ///< as printed: run, pty, cgroup.memory, ...
    bool works = false;
    std::string needed_for;  ///< the options, or what else, that needs it
    std::string detail;      ///< if it works, what was found; otherwise the reason and, if known, a remedy
};

struct Diagnosis {
    std::string kernel;   ///< name and release of uname(2): "Linux 6.1.0-18-amd64"
    std::string machine;  ///< x86_64
    unsigned user = 0;    ///< the effective user id, for which all checks are made
    std::vector<Check> checks;
    std::vector<std::string> required{};  ///< names of checks; none: all
    std::optional<Container> container{};

    /// Whether all required checks work.
    [[nodiscard]] bool suffices() const;
};

/// One line about the machine, then one line for each check, then in a container one line about that.
std::string render_text(const Diagnosis& diagnosis);
/// One JSON object, as docs/doctor.schema.json describes it, and a newline.
std::string render_json(const Diagnosis& diagnosis);

}  // namespace netrunner
